import type { tapsEn } from '../en/taps.ts'

export const tapsDe: Record<keyof typeof tapsEn, string> = {
  'taps.approved': 'Genehmigt.',
  'taps.approval_noted': 'Deine Genehmigung ist notiert. Auf der Karte steht, was noch fehlt.',
  'taps.submitted':
    'Eingereicht. Deine eigene Genehmigung zählt hier nicht: Alle anderen Admins haben die Karte.',
  'taps.cancelled': 'Zurückgezogen. Es wurde nichts geändert.',
  'taps.retried': 'Es wird neu geplant. Die Karte zeigt den Plan, wie er jetzt ist.',
  'taps.kept': 'Notiert: Es bleibt rückgängig gemacht.',
  'taps.card_unknown':
    'Diese Karte ist nicht die aktuelle. Bitte nimm die neueste Karte dieses Antrags; es wurde nichts getan.',
  'taps.card_changed':
    'Die Karte hat sich seither geändert. Bitte sieh sie dir noch einmal an; es wurde nichts getan.',
  'taps.card_tampered':
    'Diese Karte zeigt nicht, was ich gesendet habe. Es wurde nichts getan. Vielleicht benutzt jemand anders mein Token: Sag es denen, die den Rechner betreiben.',
  'taps.not_yours': 'Dieser Knopf gehört jemand anderem. Es wurde nichts getan.',
  'taps.not_here': 'Ich arbeite nur im privaten Chat. Es wurde nichts getan.',
  'taps.finish_first': 'Hier läuft schon ein anderer Dialog. Beende ihn oder sende erst /cancel.',
  'taps.not_editable': 'Nur ein Entwurf lässt sich ändern. Zieh diesen Antrag zurück und fang neu an.',
  'taps.button_unknown': 'Diesen Knopf kenne ich nicht. Es wurde nichts getan.',
  'taps.not_known': 'Ich kenne dich nicht. Es wurde nichts getan.',
  'taps.no_answer_from_worker':
    'Der Worker antwortet gerade nicht. Es wurde nichts entschieden; bitte tipp gleich noch einmal.',
  'taps.already.approved':
    'Antrag {id} ist schon genehmigt{known, select, all {: von {who}, {at}} time {: {at}} other {}}.',
  'taps.already.denied':
    'Antrag {id} ist schon abgelehnt{known, select, all {: von {who}, {at}} time {: {at}} other {}}.',
  'taps.already.expired':
    'Antrag {id} ist schon unentschieden verfallen{known, select, all { ({who}, {at})} time { ({at})} other {}}.',
  'taps.already.cancelled':
    'Antrag {id} ist schon zurückgezogen{known, select, all {: von {who}, {at}} time {: {at}} other {}}.',
  'taps.already_back': 'Antrag {id} ist schon zurückgekommen. Die Karte zeigt den neuen Plan.',
  'taps.already_retried':
    'Antrag {id} ist schon zurückgekommen: {who} hat ihn wiederholt ({at}). Die Karte zeigt den neuen Plan.',
  'taps.already_kept': 'Lauf {id} bleibt schon rückgängig gemacht: so entschieden von {who}, {at}.',
  'taps.already_abandoned': 'Lauf {id} wurde schon so aufgegeben, wie er ist: von {who}, {at}.',
  'taps.undo_asked':
    'Antrag {id} bittet um das Rückgängigmachen. Seine Karte zeigt, was das wäre, und was auf dem Rechner einzutippen ist.',
}
