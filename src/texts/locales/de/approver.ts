import type { approverEn } from '../en/approver.ts'

/** Entscheiden als das Konto der Genehmiger, über SSH. */
export const approverDe: Record<keyof typeof approverEn, string> = {
  'approver.no_terminal': 'ohne Terminal kann hier niemand gefragt werden: bitte mit „ssh -t“ verbinden',
  'approver.not_an_id':
    '„{command}“ lässt sich hier nicht ausführen: bitte die Nummer eines Antrags nennen, oder nichts',
  'approver.which':
    '{count, plural, one {Ein Antrag wartet} other {{count} Anträge warten}}. Welchen willst du sehen?',
  'approver.nothing_waits': 'nichts wartet auf eine Entscheidung',
  'approver.not_waiting': 'über Antrag {id} kann nicht entschieden werden: er wartet auf keine Entscheidung',
  'approver.what': '{subject}: Was sagst du zu genau diesem Plan?',
  'approver.confirm': 'Bestätigen',
  'approver.deny': 'Ablehnen',
  'approver.leave': 'So lassen',
  'approver.code': 'Code deiner Authenticator-App',
  'approver.code_form': 'er hat sechs Ziffern',
  'approver.left': 'es wurde nichts entschieden',
  'approver.left_as_it_is': 'Antrag {id} bleibt, wie er ist: Du hast nichts entschieden',
}
