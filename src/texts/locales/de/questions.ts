import type { questionsEn } from '../en/questions.ts'

export const questionsDe: Record<keyof typeof questionsEn, string> = {
  'questions.pick_label': '👤 In Telegram auswählen',
  'questions.try_again_label': 'Noch einmal versuchen',
  'questions.skip_label': 'Überspringen',
  'questions.none_label': 'Keine Angabe',
  'questions.inherit_label': 'Erben',
  'questions.yes_label': 'Ja',
  'questions.no_label': 'Nein',
  'questions.keep_all_label': 'Alles so lassen',
  'questions.go_on_label': 'Weiter',
  'questions.change_label': '✏️ {field}',
  'questions.person_label': 'Person',
  'questions.existing_account_label': '{os_user} (gibt es schon: übernehmen)',
  'questions.adopt_label': '{os_user} übernehmen',
  'questions.type_a_name': 'Bitte tipp einen Namen ein, oder nimm einen Knopf oben.',
  'questions.answers_are_kept': 'Deine Antworten bleiben erhalten.',
  'questions.first_question': 'Das ist die erste Frage. /cancel beendet sie.',
  'questions.who':
    '<b>Wer soll Zugang bekommen?</b>\nNimm den Knopf unten, leite eine Nachricht der Person weiter, teile ihren Kontakt, oder tipp ihre numerische Telegram-ID ein.',
  'questions.who_unclear':
    'Ich brauche eine Person: Nimm den Knopf unten, leite eine Nachricht von ihr weiter, teile ihren Kontakt, oder tipp ihre numerische Telegram-ID ein.',
  'questions.username_is_no_id':
    'Ein Benutzername kann den Besitzer wechseln, darum brauche ich die numerische ID. Nimm den Knopf unten, oder bitte die Person, mir zu schreiben: Ich zeige ihr ihre ID.',
  'questions.origin_not_a_person':
    'Diese Nachricht stammt aus einem Chat oder Kanal, nicht von einer Person. Leite eine weiter, die sie selbst geschrieben hat.',
  'questions.origin_is_a_bot':
    'Diese Nachricht hat ein Bot geschrieben. Leite eine weiter, die von der Person stammt.',
  'questions.that_is_me': 'Das bin ich selbst. Ich brauche eine Person.',
  'questions.origin_hidden':
    '{name} verbirgt in weitergeleiteten Nachrichten den Absender, darum kann ich die ID nicht lesen. Nimm den Knopf unten, oder bitte die Person, mir zu schreiben: Ich zeige ihr ihre ID.',
  'questions.contact_without_id':
    'Dieser Kontakt hat kein Telegram-Konto und verrät mir darum keine ID. Nimm den Knopf unten, oder bitte die Person, mir zu schreiben: Ich zeige ihr ihre ID.',
  'questions.proof.started': 'hat mir selbst geschrieben',
  'questions.proof.picker': 'in Telegram ausgewählt',
  'questions.proof.forward': 'aus einer weitergeleiteten Nachricht',
  'questions.proof.contact': 'aus einem Kontakt',
  'questions.proof.typed': 'von Hand eingetippt, nicht nachgewiesen',
  'questions.who_noted': '✅ <b>Person:</b> {name}, ID <code>{id}</code> ({proof})',
  'questions.who_noted_nameless': '✅ <b>Person:</b> ID <code>{id}</code> ({proof})',
  'questions.os_user':
    '<b>Welches Konto auf dem Rechner?</b>\nWähl einen Namen, oder tipp einen anderen ein. Ein Konto, das es schon gibt, lässt sich übernehmen.',
  'questions.own_os_user':
    '<b>Welches Konto?</b>\nUsher läuft hier ohne root, darum kommt nur dein eigenes Konto in Frage.',
  'questions.adopt_head':
    '<b>Das Konto {os_user} gibt es schon.</b> Beim Übernehmen bleibt es, wie es ist. Was es schon kann:',
  'questions.adopt_power': '▫️ {power}',
  'questions.adopt_powerless': '▫️ keine nennenswerten Gruppen, sudo-Regeln oder Schlüssel',
  'questions.adopt_consent':
    'Sein Besitzer muss zustimmen (<code>usher claim CODE</code>, ausgeführt als dieses Konto), oder root bestätigt mit einer Begründung.',
  'questions.account_noted_new': '✅ <b>Konto:</b> <code>{os_user}</code> (neu)',
  'questions.account_noted_adopted': '✅ <b>Konto:</b> <code>{os_user}</code> (vorhanden, wird übernommen)',
  'questions.role': '<b>Welche Rolle?</b>',
  'questions.role_line': '• {role}',
  'questions.role_noted': '✅ <b>Rolle:</b> {role}',
  'questions.name': '<b>Wie heißt die Person?</b>\nDer Name steht dann auf der Personenliste.',
  'questions.github': '<b>Das GitHub-Konto der Person?</b>\nTipp es ein, oder überspring die Frage.',
  'questions.default.workspace_base': '<b>Welcher Arbeitsordner?</b>',
  'questions.default.model': '<b>Welches Modell?</b>',
  'questions.default.agent_backend': '<b>Welches Agent-Backend?</b>',
  'questions.default.max_budget': '<b>Welches Monatsbudget?</b>',
  'questions.inherited': 'Geerbt: {inherited}. Tipp einen Wert ein, oder nimm „Erben“.',
  'questions.inherited_now': 'Geerbt: {inherited}. Jetzt: {own}. Tipp einen Wert ein, oder nimm „Erben“.',
  'questions.path_hint':
    "<code>'{home}'</code>, <code>'{os_user}'</code> und <code>'{telegram_id}'</code> werden eingesetzt.",
  'questions.nothing': 'nichts',
  'questions.value_yes': 'ja',
  'questions.value_no': 'nein',
  'questions.defaults_head': '<b>Persönliche Vorgaben</b>',
  'questions.routing_head': '<b>GitHub-Anbindung</b> (freiwillig)',
  'questions.field_inherited': '▫️ {field}: {value} (geerbt)',
  'questions.field_not_set': '▫️ {field}: nicht gesetzt',
  'questions.field_set': '✏️ {field}: {value}',
  'questions.github_repos':
    '<b>Welche GitHub-Repositories?</b>\nTipp sie als <code>owner/repo</code> ein, durch Leerzeichen getrennt.',
  'questions.github_notify_chat_id':
    '<b>Welcher Telegram-Chat bekommt die GitHub-Meldungen?</b>\nTipp seine numerische ID ein; die von Gruppen ist negativ.',
  'questions.pr_review': '<b>Soll der Agent für diese Person Pull Requests prüfen?</b>',
  'questions.issue_triage': '<b>Soll der Agent für diese Person neue Issues sortieren?</b>',
  'questions.which_answer': '<b>Welche Antwort soll sich ändern?</b>',
  'questions.edited': 'Geändert. Die Karte oben zeigt den neuen Plan.',
  'questions.edit_ended': 'Weiter wurde nichts geändert. Die Karte bleibt, wie sie ist.',
}
