/** Requests, what they lack, and their plans. */
export const requestsEn = {
  'request_state.draft': 'draft, not submitted yet',
  'request_state.submitted': 'waits for a decision',
  'request_state.approved': 'approved',
  'request_state.denied': 'denied',
  'request_state.expired': 'expired undecided',
  'request_state.cancelled': 'cancelled',
  'request_subject.onboard': 'onboard {name} as {os_user} (role {role})',
  'request_subject.undo':
    'undo run {has_run, select, yes {{run}} other {?}}: take {name} ({os_user}) off this host',
  'request_subject.repair': 'repair {name} ({os_user}, role {role})',
  'request_subject.take_over': 'take over {name} ({os_user}, role {role}), who was put on the roster by hand',
  'request_title.onboard': 'Onboard {name} as {os_user} (role {role})',
  'request_title.undo':
    'Undo run {has_run, select, yes {{run}} other {?}}: take {name} ({os_user}) off this host',
  'request_title.repair': 'Repair {name} ({os_user}, role {role})',
  'request_title.take_over': 'Take over {name} ({os_user}, role {role}), who was put on the roster by hand',
  'request.line': 'Request {id}: {subject}: {state}',
  'request.asked_by': 'asked by {by} at {at}, revision {revision}, host {host}',
  'request.lapses': 'lapses at {at}',
  'request.approved_by': 'approved by {by} {via, select, terminal {on a terminal} other {in chat}} at {at}',
  'request.decided_by':
    '{state, select, denied {denied} expired {expired} cancelled {cancelled} submitted {submitted} other {draft}} by {by}',
  'request.because': 'because: {reason}',
  'request.run': 'run {run}',
  'request.answers': 'Answers',
  'request.plan': 'Plan',
  'request.plan_of_undo': 'Plan of the undo',
  'missing.approvals':
    'needs {need, plural, =1 {an approval} other {# approvals}}{have, plural, =0 {} other {, has {have}}}',
  'missing.terminal': "needs a confirmation on a terminal: ''sudo usher confirm {id}''",
  'missing.consent':
    "needs the consent of the account's owner: 'usher claim CODE' as that user, or ''sudo usher confirm {id} --reason TEXT''",
  'missing.hold': 'waits until {until}: any admin may deny it before',
  'plan.step': '{number}. {title}{already, select, yes {: nothing to change} other {}}',
  'plan.terminal': "needs a confirmation on a terminal: 'sudo usher confirm'",
  'plan.consent':
    "needs the consent of the account's owner: 'usher claim CODE' as that user, or 'sudo usher confirm' with a reason",
  'plan.digest': 'Digest: {digest}',
} as const
