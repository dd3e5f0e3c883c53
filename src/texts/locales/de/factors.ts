import type { factorsEn } from '../en/factors.ts'

export const factorsDe: Record<keyof typeof factorsEn, string> = {
  'factors.card_frozen':
    '🧊 Genehmigungen im Chat sind eingefroren. Root kann auf dem Rechner genehmigen und es dort beenden: <code>sudo usher unfreeze</code>',
  'factors.needs.totp': '🔐 Zum Genehmigen brauchst du einen Code aus deiner Authenticator-App.',
  'factors.needs.witness':
    '🔐 Zum Genehmigen brauchst du den Code, den dir der Zeuge schickt, und einen aus deiner Authenticator-App.',
  'factors.ask.totp':
    'Schick mir jetzt den sechsstelligen Code aus deiner Authenticator-App, innerhalb von fünf Minuten. Ich lösche deine Nachricht sofort.',
  'factors.ask.witness':
    'Der Zeuge schickt dir einen achtstelligen Code. Sieh dort nach, was du genehmigst; dann schick mir diesen Code und die sechs Ziffern aus deiner Authenticator-App in einer Nachricht, innerhalb von fünf Minuten. Ich lösche sie sofort.',
  'factors.unclear.totp': 'Das ist kein sechsstelliger Code. Schick mir den, den deine App jetzt zeigt.',
  'factors.unclear.witness':
    'Das ist es nicht. Schick mir die acht Ziffern des Zeugen, ein Leerzeichen und die sechs Ziffern aus deiner App.',
  'factors.delete_it': 'Ich konnte deine Nachricht mit dem Code nicht löschen. Bitte lösch sie selbst.',
  'factors.too_late': 'Ich warte nicht mehr auf einen Code. Tipp noch einmal auf „Genehmigen“.',
  'factors.given.approved': 'Genehmigt.',
  'factors.given.held': 'Deine Genehmigung zählt. Auf der Karte steht, bis wann sie ruht.',
  'factors.given.noted': 'Deine Genehmigung ist notiert. Auf der Karte steht, wie es weitergeht.',
  'factors.refused.wrong':
    'Dieser Code ist falsch oder zu alt. {left, plural, =0 {Warte auf den nächsten und schick den.} one {Es bleibt ein Versuch: Warte auf den nächsten Code.} other {Es bleiben # Versuche: Warte auf den nächsten Code und schick den.}}',
  'factors.refused.witness_wrong':
    'Das ist nicht der Code des Zeugen. {left, plural, one {Es bleibt ein Versuch.} other {Es bleiben # Versuche.}}',
  'factors.refused.witness_none':
    'Dafür gilt kein Code des Zeugen mehr. Tipp auf „Genehmigen“, dann schickt er einen neuen.',
  'factors.refused.used': 'Dieser Code wurde schon benutzt. Warte auf den nächsten und schick den.',
  'factors.refused.spent':
    'Das war ein falscher Code zu viel. Tipp auf „Genehmigen“, dann schickt der Zeuge einen neuen.',
  'factors.refused.none':
    "Du hast hier keinen zweiten Faktor oder keinen gültigen Code. Root gibt dir einen: ''sudo usher totp enroll''.",
  'factors.refused.disabled':
    "Dein zweiter Faktor ist abgeschaltet: Zu viele Codes waren falsch. Root schaltet ihn wieder ein: ''sudo usher totp reset''. Auf dem Rechner zu genehmigen geht weiterhin.",
  'factors.refused.unreadable':
    'Der Worker kann gerade keine Codes prüfen. Sag es denen, die den Rechner betreiben.',
  'factors.freeze_ask':
    'Genehmigungen im Chat einfrieren? Dann zählt keine mehr, auch keine, die ruht oder deren Lauf noch nicht begonnen hat. Nur Root kann das beenden, auf dem Rechner.',
  'factors.freeze_already':
    "Sie sind schon eingefroren. Das kann nur Root beenden, auf dem Rechner: ''sudo usher unfreeze''.",
  'factors.freeze_button': '🧊 Einfrieren',
  'factors.frozen_now': 'Eingefroren. Genehmigungen im Chat zählen nicht, bis Root es beendet.',
  'factors.unfreeze': "Das kann nur Root beenden, auf dem Rechner: ''sudo usher unfreeze''.",
  'factors.frozen':
    '🧊 {by} hat Genehmigungen im Chat eingefroren. Keine zählt, bis Root es auf dem Rechner beendet: <code>sudo usher unfreeze</code>',
  'factors.unfrozen':
    'Genehmigungen im Chat zählen ab jetzt wieder. Was vorher im Chat genehmigt wurde, muss neu genehmigt werden.',
  'factors.alarm':
    '🚨 {kind, select, conflict {Ein anderes Programm fragt mit meinem Token ab.} foreign_webhook {Jemand hat mit meinem Token einen Webhook gesetzt.} foreign_edit {Eine Karte zeigt nicht, was ich gesendet habe.} other {Mit meinem Token stimmt etwas nicht.}} Genehmigungen im Chat sind eingefroren. Wenn du das nicht warst: Widerruf das Token bei @BotFather, sieh auf dem Rechner <code>sudo usher requests</code> durch, und erst dann <code>sudo usher unfreeze</code>',
  'factors.disabled':
    '🚨 Der zweite Faktor von Telegram-Nutzer {id} ist abgeschaltet: Zwanzig Codes nacheinander waren falsch. Vielleicht rät jemand. Root setzt ihn zurück: <code>sudo usher totp reset {id}</code>',
}
