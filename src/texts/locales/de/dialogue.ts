import type { dialogueEn } from '../en/dialogue.ts'

export const dialogueDe: Record<keyof typeof dialogueEn, string> = {
  'dialogue.back': '‹ Zurück',
  'dialogue.cancel': 'Abbrechen',
  'dialogue.stale_question': 'Diese Frage ist schon beantwortet. Bitte nimm die neueste Nachricht.',
  'dialogue.question_gone': 'Diese Frage ist nicht mehr offen.',
  'dialogue.unknown_command':
    'Das kann ich nicht, solange die Frage oben auf ihre Antwort wartet. /cancel beendet sie; danach sende das noch einmal.',
  'dialogue.edited_message':
    'Geänderte Nachrichten sehe ich mir nicht an. Sende sie neu; „‹ Zurück“ führt zur Frage davor.',
  'dialogue.use_a_button': 'Bitte nimm einen der Knöpfe oben.',
  'dialogue.type_an_answer': 'Bitte tipp die Antwort ein, oder nimm einen Knopf oben.',
  'dialogue.unusable': 'Mit dieser Antwort kann ich nichts anfangen. Bitte versuch es mit einer anderen.',
  'dialogue.cancelled': 'Abgebrochen. Es wurde nichts geändert.',
}
