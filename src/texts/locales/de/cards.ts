import type { cardsEn } from '../en/cards.ts'

export const cardsDe: Record<keyof typeof cardsEn, string> = {
  'card_button.approve': '✅ Genehmigen',
  'card_button.submit': '📨 Einreichen',
  'card_button.edit': '✏️ Bearbeiten',
  'card_button.cancel': 'Abbrechen',
  'card_button.deny': 'Ablehnen',
  'card_button.retry': '🔁 Wiederholen',
  'card_button.undo': '↩️ Rückgängig',
  'card_button.keep': '📌 Dabei belassen',
  'card_button.repair': '🔧 Reparieren',
  'card_button.leave': 'So lassen',
  'card.title': '<b>{subject}</b>',
  'card.state': '<i>Antrag {id} auf {host}: {state}</i>',
  'card.of_run': '<i>Antrag {id} auf {host}{ended, select, yes {, Beleg} other {}}</i>',
  'card.would_change': 'Was sich auf dem Rechner ändern würde:',
  'card.would_be_undone': 'Was rückgängig gemacht würde:',
  'card.gone': 'Antrag {id} gibt es nicht mehr, oder er ist nicht mehr für dich bestimmt.',
  'card.approved_by_at': 'Genehmigt von {by} {via, select, terminal {am Terminal} other {im Chat}}, {at}',
  'card.approved_by': '✅ Genehmigt von {by}',
  'card.resume':
    'Von Hand zu tun, auf dem Rechner: räume aus, was oben im Weg steht, dann führe die Rücknahme fort:\n<code>sudo usher run resume {id}</code>\noder nimm hin, was übrig ist: <code>sudo usher run abandon {id} --reason TEXT</code>\nBis dahin kann niemand etwas anderes für diese Person beantragen.',
  'card.retry':
    '🔁 Wiederholen: dieselben Angaben werden neu geplant und kommen zur Genehmigung hierher zurück.',
  'card.keep': '📌 Dabei belassen: es bleibt rückgängig gemacht, und die Sache ist erledigt.',
  'card.asked_for_start':
    '✉️ {name} wurde im eigenen Chat gebeten, „Start“ zu drücken. Falls die Nachricht nicht zu finden ist, gib diesen Link weiter: {link}',
  'card.told': '✉️ {name} weiß im eigenen Chat Bescheid.',
  'card.not_reached':
    '✉️ An {name} darf ich noch nicht schreiben. Gib diesen Link weiter: {link}{waits, select, yes {. Das Konto wird aktiv, wenn dort „Start“ gedrückt wird.} other {}}',
  'card.draft': 'Noch hat sich nichts geändert. Dieser Entwurf verfällt: {at}.',
  'card.lapses': 'Verfällt: {at}.',
  'card.approved':
    '✅ Genehmigt{has_by, select, yes { von {by}} other {}}{has_at, select, yes {, {at}} other {}}. Der Lauf beginnt gleich.',
  'card.closed.denied':
    '❌ Abgelehnt{has_by, select, yes { von {by}} other {}}{has_at, select, yes {, {at}} other {}}{has_reason, select, yes {: {reason}} other {}}. Nichts wurde geändert.',
  'card.closed.expired':
    '❌ Unentschieden verfallen{has_by, select, yes { von {by}} other {}}{has_at, select, yes {, {at}} other {}}{has_reason, select, yes {: {reason}} other {}}. Nichts wurde geändert.',
  'card.closed.cancelled':
    '❌ Zurückgezogen{has_by, select, yes { von {by}} other {}}{has_at, select, yes {, {at}} other {}}{has_reason, select, yes {: {reason}} other {}}. Nichts wurde geändert.',
  'card.missing_approvals':
    '⏳ Braucht {need, plural, =1 {eine Genehmigung} other {# Genehmigungen}}{have, plural, =0 {} other {, hat {have}}}.',
  'card.missing_hold': '⏳ Wartet bis {until}: alle Admins können es vorher noch ablehnen.',
  'card.missing_terminal': '⌨️ Auf dem Rechner, als root, einzugeben:\n<code>sudo usher confirm {id}</code>',
  'card.missing_consent':
    '🤝 Braucht die Zustimmung der Person, der das Konto gehört: „usher claim CODE“ unter diesem Konto, oder „sudo usher confirm {id} --reason TEXT“.',
  'card.missing_consent_code':
    '🤝 Wem <code>{os_user}</code> gehört, stimmt unter diesem Konto zu mit:\n<code>usher claim {code}</code>\noder root, mit Grund: <code>sudo usher confirm {id} --reason TEXT</code>',
  'card.rest_in_file':
    '<i>… {count, plural, one {1 weitere Zeile steht} other {{count} weitere Zeilen stehen}} in der Datei darunter</i>',
  'card.stuck_run': '⏳ Lauf {id} kommt nicht weiter:',
  'card.stuck_run_follow': 'Seine Karte zeigt, wenn es weitergeht; /requests {id} öffnet sie.',
  'drift_card.title.failed': 'Niemand ließ sich mit dem Rechner abgleichen',
  'drift_card.title.running': 'Der Rechner wird repariert',
  'drift_card.title.differs': 'Der Rechner weicht von Personenliste und Rollen ab',
  'drift_card.title.in_part': 'Der Rechner wurde zum Teil repariert',
  'drift_card.title.repaired': 'Der Rechner wurde repariert',
  'drift_card.title.clean': 'Der Rechner ist, wie Personenliste und Rollen es sagen',
  'drift_card.head': '<b>{title}</b>',
  'drift_card.about':
    '<i>Abgleich {has_id, select, yes {{id}} other {(Probelauf)}}, {at}, {people, plural, one {1 Person} other {# Personen}} angesehen</i>',
  'drift_card.count.running':
    '{count, plural, one {1 Person wird repariert} other {# Personen werden repariert}}, {done} von {all} fertig',
  'drift_card.count.asked':
    '{count, plural, one {1 Person lässt sich reparieren} other {# Personen lassen sich reparieren}}',
  'drift_card.count.waiting':
    '{count, plural, one {1 Person wartet auf eine Bestätigung auf dem Rechner} other {# Personen warten auf eine Bestätigung auf dem Rechner}}',
  'drift_card.count.repaired':
    '{count, plural, one {1 Person ist repariert} other {# Personen sind repariert}}',
  'drift_card.count.failed':
    '{count, plural, one {1 Person ließ sich nicht reparieren} other {# Personen ließen sich nicht reparieren}}',
  'drift_card.count.denied':
    '{count, plural, one {1 Person bleibt, wie sie ist} other {# Personen bleiben, wie sie sind}}',
  'drift_card.count.dropped':
    '{count, plural, one {1 Person steht nicht mehr an} other {# Personen stehen nicht mehr an}}',
  'drift_card.by_hand':
    '{count, plural, one {1 Befund ist von Hand zu beheben} other {# Befunde sind von Hand zu beheben}}',
  'drift_card.person.running': '{name} ({os_user}): wird repariert',
  'drift_card.person.asked':
    '{name} ({os_user}){has_have, select, yes {: {have} von {need} Genehmigungen} other {}}',
  'drift_card.person.waiting': '{name} ({os_user}): wartet auf eine Bestätigung auf dem Rechner',
  'drift_card.person.repaired': '{name} ({os_user}): repariert',
  'drift_card.person.failed':
    '{name} ({os_user}): ließ sich nicht reparieren (/requests {id} öffnet den Antrag)',
  'drift_card.person.denied': '{name} ({os_user}): bleibt so',
  'drift_card.person.dropped': '{name} ({os_user}): steht nicht mehr an',
  'drift_card.to_do': 'Von Hand zu beheben:',
  'drift_card.not_asked':
    'Nicht noch einmal gefragt, weil es so bleiben sollte oder vergeblich versucht wurde:',
  'drift_card.replaced': 'ℹ️ Diese Karte ist durch eine neuere ersetzt: Abgleich {id}.',
  'drift_card.type': '⌨️ Auf dem Rechner, als root, einzugeben:',
  'drift_card.confirm': '<code>sudo usher confirm {id}</code>',
  'drift_card.more_to_confirm': 'und {count} weitere: <code>sudo usher requests</code> zeigt sie',
  'drift_card.buttons':
    '🔧 Reparieren genehmigt genau diese Reparaturen: jede ergänzt, was fehlt, und nimmt nichts weg.\nSo lassen schließt sie; gefragt wird erst wieder, wenn etwas anderes abweicht.',
  'drift_card.gone': 'Abgleich {id} gibt es nicht mehr, oder er ist nicht mehr für dich bestimmt.',
  'drift_card.not_approved':
    'Nicht genehmigt: Antrag {id}{more, plural, =0 {} other { (und {more} weitere)}}: {why}',
  'drift_card.all_approved': 'Genehmigt. Die Karte sagt, wie weit es ist.',
  'drift_card.approval_noted': 'Deine Genehmigung ist vermerkt. Die Karte sagt, was noch fehlt.',
  'drift_card.all_left':
    'So gelassen ({count, plural, one {1 Reparatur} other {# Reparaturen}}). Nichts wurde geändert.',
  'drift_card.failed':
    '❌ Die Personen ließen sich nicht mit dem Rechner abgleichen: {why}\nNichts wurde geändert. Wenn das behoben ist, versucht es <code>sudo usher reconcile</code> oder /reconcile noch einmal.',
  'drift_card.overdue':
    '❌ Kein Abgleich der Personen mit dem Rechner ist gelungen seit: {has_since, select, yes {{since}} other {Start von Usher}}.\nDas Protokoll des Workers sagt, warum; <code>sudo usher reconcile</code> versucht es jetzt.',
  'drift_card.ask': '🔧 Reparaturen beantragen',
  'drift_card.usage': '/reconcile sieht nur nach. /reconcile repair beantragt auch die Reparaturen.',
  'drift_card.dry_run_can_repair':
    'Nichts wurde geändert. 🔧 Reparaturen beantragen macht eine Karte aus dem, was sich reparieren lässt, zur Genehmigung.',
  'drift_card.nothing_to_repair': 'Es gibt nichts zu reparieren.',
  'drift_card.nothing_repairable':
    'Es gibt nichts, was eine Reparatur beheben darf; was übrig ist, braucht eine Hand.',
  'audit_page.older': 'Älter ›',
  'audit_page.newest': '« Neueste',
  'audit_page.nothing': 'Darüber steht nichts im Verlauf.',
  'audit_page.usage':
    'Das habe ich nicht verstanden. /audit zeigt, was zuletzt geschah; /audit ada, /audit request 7, /audit run 3, /audit 2026-11-20 und /audit since 24h grenzen es ein, auch zusammen.',
  'audit_page.head': '<b>Was geschah{has_about, select, yes {: {about}} other {}}</b>',
  'audit_page.about_request': 'Antrag {id}',
  'audit_page.about_run': 'Lauf {id}',
  'audit_page.about_from': 'ab {at}',
  'audit_page.about_until': 'bis {at}',
  'audit_page.entry': '{id} · {at} · {entry}',
  'audit_page.posted_head':
    '🔗 Der Verlauf dieses Rechners steht heute bei Ereignis {id}:\n<code>{head}</code>\nEs ist nichts zu tun. Ob es eines Tages noch derselbe Verlauf ist, sagt der Rechner mit\n<code>sudo usher audit verify --head {head}</code>',
  'audit_page.broken':
    '❌ Der Verlauf dieses Rechners wurde hinter Ushers Rücken geändert: er war bei Ereignis {expected}, und da war Ereignis {found}.\nUsher macht weiter und traut nichts mehr, was davor steht. Was nicht stimmt, sagt der Rechner mit <code>sudo usher audit verify</code>; wer kann dort root werden?',
}
