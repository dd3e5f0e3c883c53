import type { witnessEn } from '../en/witness.ts'

/** Der zweite Bot, der nur Codes schickt. */
export const witnessDe: Record<keyof typeof witnessEn, string> = {
  'witness.consequence.onboard':
    '<b>{name}</b> (Telegram-ID {telegram_id}) bekäme die Rolle <b>{role}</b> auf <b>{host}</b>, als Konto <code>{os_user}</code>.',
  'witness.consequence.repair':
    '<b>{name}</b> (Telegram-ID {telegram_id}, Konto <code>{os_user}</code>) bekäme zurück, was von der Rolle <b>{role}</b> auf <b>{host}</b> fehlt.',
  'witness.consequence.undo':
    '<b>{name}</b> (Telegram-ID {telegram_id}, Konto <code>{os_user}</code>, Rolle <b>{role}</b>) würde von <b>{host}</b> entfernt.',
  'witness.consequence.other': '<b>{title}</b>, auf <b>{host}</b>:',
  'witness.power': 'Diese Rolle: {description}.',
  'witness.groups': '{count, plural, one {Gruppe} other {Gruppen}} des Systems: {groups}',
  'witness.no_groups': 'Keine Gruppen des Systems.',
  'witness.account.create': 'Ein neues Konto wird angelegt.',
  'witness.account.adopt': 'Ein vorhandenes Konto wird übernommen, mit allem, was es kann.',
  'witness.asked_by': 'Verlangt von {who}: Antrag {request}, Revision {revision}.',
  'witness.plan_cut': '<i>… der Rest des Plans steht auf der Karte.</i>',
  'witness.code': 'Wenn du genau das willst, ist dein Code <code>{code}</code>',
  'witness.how':
    'Schick ihn dem Hauptbot, zusammen mit einem Code deiner Authenticator-App. Er gilt einmal, bis {until}.',
  'witness.not_you':
    'Du hast das nicht verlangt, oder auf der Karte des Hauptbots steht etwas anderes? Gib den Code niemandem und schick dem Hauptbot /freeze.',
  'witness.unreachable':
    'Der Zeuge konnte dir den Code für Antrag {request} nicht schicken: Er darf dir noch nicht schreiben. Öffne https://t.me/{bot}, drück dort auf Start und tippe dann auf der Karte noch einmal auf Genehmigen.',
  'witness.cleared.used': 'Antrag {request}: Dieser Code wurde benutzt.',
  'witness.cleared.replaced': 'Antrag {request}: Dieser Code wurde durch einen neueren ersetzt.',
  'witness.cleared.spent':
    'Antrag {request}: Dieser Code gilt nicht mehr, nach drei falschen Versuchen. Das warst nicht du? Schick dem Hauptbot /freeze.',
  'witness.cleared.expired': 'Antrag {request}: Dieser Code ist unbenutzt abgelaufen.',
  'witness.cleared.closed':
    'Antrag {request}: Dieser Code gilt nicht mehr; der Antrag ist entschieden, oder sein Plan hat sich geändert.',
}
