import type { denyEn } from '../en/deny.ts'

export const denyDe: Record<keyof typeof denyEn, string> = {
  'deny.why':
    '<b>Warum wird Antrag {id} abgelehnt?</b>\nTipp den Grund in einer Zeile ein: Wer gefragt hat und alle Admins sehen ihn. Bis dahin bleibt der Antrag offen; mit /cancel bleibt er es.',
  'deny.without_reason_label': 'Ohne Grund',
  'deny.done': 'Antrag {id} ist abgelehnt. Die Karte zeigt es.',
  'deny.left': 'Antrag {id} bleibt offen.',
}
