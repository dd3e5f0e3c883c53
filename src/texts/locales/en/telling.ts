/** What people are told by themselves, and when they are not. */
export const tellingEn = {
  'telling.unreachable':
    '⚠️ I cannot write to {who}: they have blocked me, or never pressed Start. What they should hear waits until they press Start again.',
  'telling.unreachable_name': '{name} (<code>{id}</code>)',
  'telling.left_out':
    'ℹ️ {count, plural, one {One older message is left out here: too many waited for you.} other {{count} older messages are left out here: too many waited for you.}} /requests shows what waits for a decision, /audit what happened.',
  'telling.quiet_none':
    'You have no quiet hours: I tell you everything at once. <code>/quiet 22:00-07:00</code> sets some; a time zone can stand behind them, such as <code>Europe/Berlin</code>.',
  'telling.quiet_is': 'Your quiet hours are {span}, {zone}. <code>/quiet off</code> ends them.',
  'telling.quiet_set':
    'From {span}, {zone}, I leave you alone. What can wait comes afterwards, in order and without a sound; alarms and decisions that would expire before come at once.',
  'telling.quiet_off': 'You have no quiet hours any more.',
  'telling.quiet_refused.form':
    'I did not understand that. <code>/quiet 22:00-07:00</code> sets quiet hours, <code>/quiet 22:00-07:00 Europe/Berlin</code> in a time zone, <code>/quiet off</code> ends them.',
  'telling.quiet_refused.same':
    'Quiet hours must end at another time than they begin. <code>/quiet off</code> ends them.',
  'telling.quiet_refused.zone':
    'I do not know the time zone <code>{zone}</code>. It must be a name such as <code>Europe/Berlin</code> or <code>UTC</code>.',
} as const
