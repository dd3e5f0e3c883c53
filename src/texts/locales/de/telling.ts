import type { tellingEn } from '../en/telling.ts'

/** Was Leute von selbst erfahren, und wann nicht. */
export const tellingDe: Record<keyof typeof tellingEn, string> = {
  'telling.unreachable':
    '⚠️ Ich kann {who} nicht schreiben: Ich bin dort blockiert, oder Start wurde nie gedrückt. Was dort ankommen soll, wartet, bis wieder Start gedrückt wird.',
  'telling.unreachable_name': '{name} (<code>{id}</code>)',
  'telling.left_out':
    'ℹ️ {count, plural, one {Eine ältere Nachricht entfällt hier, weil zu viele auf dich gewartet haben.} other {{count} ältere Nachrichten entfallen hier, weil zu viele auf dich gewartet haben.}} /requests zeigt, was auf eine Entscheidung wartet, /audit, was geschehen ist.',
  'telling.quiet_none':
    'Du hast keine Ruhezeit: Ich sage dir alles sofort. <code>/quiet 22:00-07:00</code> legt eine fest; dahinter kann eine Zeitzone stehen, etwa <code>Europe/Berlin</code>.',
  'telling.quiet_is': 'Deine Ruhezeit ist {span}, {zone}. <code>/quiet off</code> beendet sie.',
  'telling.quiet_set':
    'Von {span}, {zone}, lasse ich dich in Ruhe. Was warten kann, kommt danach, der Reihe nach und ohne Ton; Alarme und Entscheidungen, die vorher verfallen würden, kommen sofort.',
  'telling.quiet_off': 'Du hast keine Ruhezeit mehr.',
  'telling.quiet_refused.form':
    'Das habe ich nicht verstanden. <code>/quiet 22:00-07:00</code> legt eine Ruhezeit fest, <code>/quiet 22:00-07:00 Europe/Berlin</code> in einer Zeitzone, <code>/quiet off</code> beendet sie.',
  'telling.quiet_refused.same':
    'Eine Ruhezeit muss zu einer anderen Zeit enden, als sie beginnt. <code>/quiet off</code> beendet sie.',
  'telling.quiet_refused.zone':
    'Die Zeitzone <code>{zone}</code> kenne ich nicht. Es muss ein Name sein wie <code>Europe/Berlin</code> oder <code>UTC</code>.',
}
