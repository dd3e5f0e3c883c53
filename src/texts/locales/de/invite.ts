import type { inviteEn } from '../en/invite.ts'

export const inviteDe: Record<keyof typeof inviteEn, string> = {
  'invite.which_role':
    '<b>Eine Einladung</b> ist ein Link für eine Person. Wer ihn öffnet, braucht immer noch eine Zustimmung.',
  'invite.how_long': '<b>Wie lange soll der Link gelten?</b>',
  'invite.days': '{count, plural, one {# Tag} other {# Tage}}',
  'invite.os_user':
    '<b>Welches Konto auf dem Rechner?</b>\nTipp einen Namen ein, oder überspring es: Dann wird es später gewählt.',
  'invite.note': '<b>Für wen ist sie?</b>\nEine Notiz für die Admins. Tipp sie ein, oder überspring es.',
  'invite.no_roles':
    'Es gibt keine Rolle, für die im Chat eingeladen werden kann. Für heikle wird auf dem Rechner eingeladen: <code>sudo usher invite</code>',
  'invite.made':
    '🎟 <b>Einladung {id}</b> für die Rolle {role}, gültig bis {until}\nSchick diesen Link einer Person. Er gilt für die erste, die ihn öffnet, und auch sie braucht noch eine Zustimmung. Ich zeige ihn nicht noch einmal:\n{link}',
  'invite.made_code':
    '🎟 <b>Einladung {id}</b> für die Rolle {role}, gültig bis {until}\nLass mir eine Person das schicken. Es gilt für die erste, und auch sie braucht noch eine Zustimmung. Ich zeige es nicht noch einmal:\n<code>/start {code}</code>',
  'invite.made_unseen':
    '🎟 <b>Einladung {id}</b> ist gemacht, aber ihr Link lässt sich nicht mehr zeigen. Widerruf sie mit /invites, und lade noch einmal ein.',
  'invite.cancelled': 'Abgebrochen. Niemand wurde eingeladen.',
  'invite.opened':
    '<b>Du bist eingeladen</b>, für die Rolle {role}. Ein paar Fragen, dann entscheidet ein Admin.',
  'invite.opened_waiting':
    '<b>Du bist eingeladen</b>, für die Rolle {role}. Deine Bitte sagt das jetzt auch.',
  'invite.refused':
    'Dieser Link lässt sich nicht verwenden: Er ist falsch, verbraucht oder verfallen, oder für jemand anderen. Bitte um einen neuen, wo du ihn herhast.',
  'invite.list_head': '<b>Einladungen</b>',
  'invite.none': 'Es gibt keine Einladung, die noch gilt.',
  'invite.list_line': '🎟 {line}',
  'invite.revoke_label': '{id} widerrufen',
  'invite.revoked_toast': 'Die Einladung {id} ist widerrufen.',
  'invite.over_toast': 'Die Einladung {id} lässt sich nicht widerrufen: {state}.',
  'invite.state.open': 'noch nicht geöffnet',
  'invite.state.opened': 'geöffnet',
  'invite.state.used': 'verbraucht',
  'invite.state.revoked': 'widerrufen',
  'invite.state.expired': 'verfallen',
  'invite.line':
    '{id}: Rolle {role}{has_os_user, select, yes {, Konto {os_user}} other {}}, {state}{has_opener, select, yes { von {opener}} other {}}, von {who}, bis {until}',
  'invite.line_note': '{line}: {note}',
  'invite.none_listed': 'keine Einladungen',
  'invite.older': 'ältere: „usher invites{all, select, yes { --all} other {}} --before {id}“',
  'invite.cli_made': 'Einladung {id} für die Rolle {role}, gültig bis {until}; sie wird nur jetzt gezeigt:',
  'invite.cli_code': 'lass eine Person dem Bot schicken: „/start {code}“',
  'invite.cli_first': 'sie gilt für die erste Person, die sie öffnet, und auch die braucht eine Zustimmung',
  'invite.cli_revoked': 'die Einladung {id} ist widerrufen',
  'block.list_head': '<b>Gesperrt</b>\nAuf nichts, was sie schicken, wird geantwortet.',
  'block.none': 'Niemand ist gesperrt.',
  'block.list_line': '🚫 {line}',
  'block.unblock_label': '{id} entsperren',
  'block.unblocked_toast': 'Entsperrt: {id} darf wieder fragen.',
  'block.not_blocked_toast': '{id} ist nicht gesperrt.',
  'block.line': 'Telegram-ID {id}, von {who} um {at}',
  'block.line_reason': 'Telegram-ID {id}, von {who} um {at}: {reason}',
  'block.cli_none': 'niemand ist gesperrt',
  'block.cli_added': 'die Telegram-ID {id} ist gesperrt: auf nichts, was sie schickt, wird geantwortet',
  'block.cli_removed': 'die Telegram-ID {id} ist nicht mehr gesperrt',
}
