import type { peopleEn } from '../en/people.ts'

export const peopleDe: Record<keyof typeof peopleEn, string> = {
  'role.line':
    '{name}: {description} ({has_groups, select, yes {Gruppen: {groups}} other {keine Gruppen}}; braucht {count, plural, one {1 Genehmigung} other {# Genehmigungen}}{step_up, select, terminal { und eine Bestätigung am Terminal} totp { und einen Code aus einer Authenticator-App} witness { und den Code des Zeugen} other {}}; Frist {within})',
  'proof.started': 'hat den Bot selbst gestartet',
  'proof.picker': 'mit der Personenauswahl von Telegram gewählt',
  'proof.forward': 'aus einer weitergeleiteten Nachricht',
  'proof.contact': 'aus einem geteilten Kontakt',
  'proof.typed': 'von Hand eingegeben, nicht nachgewiesen',
  'answer.line': '{label}: {value}',
  'answer.telegram_id': 'Telegram-ID: {id} ({proof})',
  'answer.os_user':
    'OS-Benutzer: {os_user} ({account, select, create {neues Konto} other {ein vorhandenes Konto wird übernommen}})',
  'answer.none': 'nichts',
  'answer.yes': 'ja',
  'answer.no': 'nein',
  'person.line':
    '{os_user}: {name} ({role}, Telegram-ID {telegram_id}, {has_uid, select, yes {uid {uid}} other {kein Konto auf diesem Rechner}}){state, select, waits_for_start {; erst aktiv, wenn die Person beim Bot „Start“ drückt} not_active {; nicht aktiv} other {}}',
  'person.folder': '{exists, select, yes {Ordner {path}} other {der Ordner {path} fehlt}}',
  'person.last_run': 'letzter Lauf: {id}',
}
