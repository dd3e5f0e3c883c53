/** Cards of requests, runs and reconciliations, their buttons, and pages of the history. */
export const cardsEn = {
  'card_button.approve': '✅ Approve',
  'card_button.submit': '📨 Submit',
  'card_button.edit': '✏️ Edit',
  'card_button.cancel': 'Cancel',
  'card_button.deny': 'Deny',
  'card_button.retry': '🔁 Retry',
  'card_button.undo': '↩️ Undo',
  'card_button.keep': '📌 Keep',
  'card_button.repair': '🔧 Repair',
  'card_button.leave': 'Leave it',
  'card.title': '<b>{subject}</b>',
  'card.state': '<i>Request {id} on {host}: {state}</i>',
  'card.of_run': '<i>Request {id} on {host}{ended, select, yes {, receipt} other {}}</i>',
  'card.would_change': 'What would change on the host:',
  'card.would_be_undone': 'What would be undone:',
  'card.gone': 'Request {id} is no longer there, or it is not yours to see any more.',
  'card.approved_by_at': 'Approved by {by} {via, select, terminal {on a terminal} other {in chat}} at {at}',
  'card.approved_by': '✅ Approved by {by}',
  'card.resume':
    'To do by hand, on the host: set right what stands in the way above, then let the undo go on:\n<code>sudo usher run resume {id}</code>\nor accept what is left: <code>sudo usher run abandon {id} --reason TEXT</code>\nUntil then nobody can ask for anything else about this person.',
  'card.retry': '🔁 Retry: the same answers are planned anew, and come back here for approval.',
  'card.keep': '📌 Keep: it stays undone, and the matter is closed.',
  'card.asked_for_start':
    '✉️ {name} was asked in their own chat to press Start. If they do not find it, pass this link on: {link}',
  'card.told': '✉️ {name} was told in their own chat.',
  'card.not_reached':
    '✉️ I may not write to {name} yet. Pass this link on: {link}{waits, select, yes {. The account becomes active when they press Start there.} other {}}',
  'card.draft': 'Nothing has changed yet. This draft lapses at {at}.',
  'card.lapses': 'It lapses at {at}.',
  'card.approved':
    '✅ Approved{has_by, select, yes { by {by}} other {}}{has_at, select, yes { at {at}} other {}}. The run is about to begin.',
  'card.closed.denied':
    '❌ Denied{has_by, select, yes { by {by}} other {}}{has_at, select, yes { at {at}} other {}}{has_reason, select, yes {: {reason}} other {}}. Nothing was changed.',
  'card.closed.expired':
    '❌ Expired undecided{has_by, select, yes { by {by}} other {}}{has_at, select, yes { at {at}} other {}}{has_reason, select, yes {: {reason}} other {}}. Nothing was changed.',
  'card.closed.cancelled':
    '❌ Cancelled{has_by, select, yes { by {by}} other {}}{has_at, select, yes { at {at}} other {}}{has_reason, select, yes {: {reason}} other {}}. Nothing was changed.',
  'card.missing_approvals':
    '⏳ Needs {need, plural, =1 {an approval} other {# approvals}}{have, plural, =0 {} other {, has {have}}}.',
  'card.missing_hold': '⏳ Waits until {until}: any admin may deny it before.',
  'card.missing_terminal': '⌨️ On the host, as root, type:\n<code>sudo usher confirm {id}</code>',
  'card.missing_consent':
    "🤝 Needs the consent of the account's owner: 'usher claim CODE' as that user, or ''sudo usher confirm {id} --reason TEXT''.",
  'card.missing_consent_code':
    '🤝 The owner of <code>{os_user}</code> agrees by typing, as that account:\n<code>usher claim {code}</code>\nor root, with a reason: <code>sudo usher confirm {id} --reason TEXT</code>',
  'card.rest_in_file':
    '<i>… {count, plural, one {1 more line is} other {{count} more lines are}} in the file below</i>',
  'card.stuck_run': '⏳ Run {id} does not go on:',
  'card.stuck_run_follow': 'Its card shows when it goes on; /requests {id} opens it.',
  'drift_card.title.failed': 'Nobody could be compared with the host',
  'drift_card.title.running': 'The host is being repaired',
  'drift_card.title.differs': 'The host differs from roster and roles',
  'drift_card.title.in_part': 'The host was repaired in part',
  'drift_card.title.repaired': 'The host was repaired',
  'drift_card.title.clean': 'The host is as roster and roles say',
  'drift_card.head': '<b>{title}</b>',
  'drift_card.about':
    '<i>Reconciliation {has_id, select, yes {{id}} other {(dry run)}}, {at}, {people, plural, one {1 person} other {# people}} looked at</i>',
  'drift_card.count.running':
    '{count, plural, one {1 person is being repaired} other {# people are being repaired}}, {done} of {all} done',
  'drift_card.count.asked':
    '{count, plural, one {1 person can be repaired} other {# people can be repaired}}',
  'drift_card.count.waiting':
    '{count, plural, one {1 person waits for a confirmation on the host} other {# people wait for a confirmation on the host}}',
  'drift_card.count.repaired': '{count, plural, one {1 person is repaired} other {# people are repaired}}',
  'drift_card.count.failed':
    '{count, plural, one {1 person could not be repaired} other {# people could not be repaired}}',
  'drift_card.count.denied':
    '{count, plural, one {1 person is left as it is} other {# people are left as they are}}',
  'drift_card.count.dropped':
    '{count, plural, one {1 person is no longer asked for} other {# people are no longer asked for}}',
  'drift_card.by_hand': '{count, plural, one {1 finding needs} other {# findings need}} a hand',
  'drift_card.person.running': '{name} ({os_user}): is being repaired',
  'drift_card.person.asked':
    '{name} ({os_user}){has_have, select, yes {: {have} of {need} approvals} other {}}',
  'drift_card.person.waiting': '{name} ({os_user}): waits for a confirmation on the host',
  'drift_card.person.repaired': '{name} ({os_user}): repaired',
  'drift_card.person.failed': '{name} ({os_user}): could not be repaired (/requests {id} opens it)',
  'drift_card.person.denied': '{name} ({os_user}): left as it is',
  'drift_card.person.dropped': '{name} ({os_user}): no longer asked for',
  'drift_card.to_do': 'To set right by hand:',
  'drift_card.not_asked': 'Not asked for again, because it was left as it is or tried in vain:',
  'drift_card.replaced': 'ℹ️ This card is replaced by a newer one: reconciliation {id}.',
  'drift_card.type': '⌨️ On the host, as root, type:',
  'drift_card.confirm': '<code>sudo usher confirm {id}</code>',
  'drift_card.more_to_confirm': 'and {count} more: <code>sudo usher requests</code> lists them',
  'drift_card.buttons':
    '🔧 Repair approves exactly these repairs: each adds what is missing, and takes nothing away.\nLeave it closes them; nobody is asked again until something else differs.',
  'drift_card.gone': 'Reconciliation {id} is no longer there, or it is not yours to see any more.',
  'drift_card.not_approved':
    'Not approved: request {id}{more, plural, =0 {} other { (and {more} more)}}: {why}',
  'drift_card.all_approved': 'Approved. The card says how far it is.',
  'drift_card.approval_noted': 'Your approval is noted. The card says what is still missing.',
  'drift_card.all_left':
    'Left as it is ({count, plural, one {1 repair} other {# repairs}}). Nothing was changed.',
  'drift_card.failed':
    '❌ People could not be compared with the host: {why}\nNothing was changed. When that is set right, <code>sudo usher reconcile</code> or /reconcile tries again.',
  'drift_card.overdue':
    '❌ No comparison of people with the host has succeeded since {has_since, select, yes {{since}} other {Usher was started}}.\nThe log of the worker says why; <code>sudo usher reconcile</code> tries now.',
  'drift_card.ask': '🔧 Ask for the repairs',
  'drift_card.usage': '/reconcile only looks. /reconcile repair asks for the repairs too.',
  'drift_card.dry_run_can_repair':
    'Nothing was changed. 🔧 Ask for the repairs makes a card of what can be repaired, for approval.',
  'drift_card.nothing_to_repair': 'There is nothing to repair.',
  'drift_card.nothing_repairable': 'There is nothing that a repair may set right; what is left needs a hand.',
  'audit_page.older': 'Older ›',
  'audit_page.newest': '« Newest',
  'audit_page.nothing': 'The history has nothing about that.',
  'audit_page.usage':
    'I did not understand that. /audit shows what happened last; /audit ada, /audit request 7, /audit run 3, /audit 2026-11-20 and /audit since 24h narrow it down, also together.',
  'audit_page.head': '<b>What happened{has_about, select, yes {: {about}} other {}}</b>',
  'audit_page.about_request': 'request {id}',
  'audit_page.about_run': 'run {id}',
  'audit_page.about_from': 'from {at}',
  'audit_page.about_until': 'until {at}',
  'audit_page.entry': '{id} · {at} · {entry}',
  'audit_page.posted_head':
    '🔗 The history of this host is at event {id} today:\n<code>{head}</code>\nNothing is to be done. Whether it is still the same history one day, the host says with\n<code>sudo usher audit verify --head {head}</code>',
  'audit_page.broken':
    "❌ The history of this host was changed behind Usher's back: it had been at event {expected}, and event {found} was there.\nUsher goes on, and trusts nothing that stands before. What is wrong, the host says with <code>sudo usher audit verify</code>; who can become root there?",
} as const
