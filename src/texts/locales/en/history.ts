/** The history: who did what, and what `audit verify` finds. */
export const historyEn = {
  'audit.request.drafted':
    '{who} drafted request {request}{kind, select, undo {, to take a run back} other {}}',
  'audit.request.submitted':
    '{who} submitted request {request}{has_revision, select, yes { (revision {revision})} other {}}',
  'audit.request.approval':
    '{who} approved request {request} {via, select, terminal {on a terminal} other {in chat}}{has_revision, select, yes { (revision {revision})} other {}}',
  'audit.request.consent':
    '{who} agreed to request {request} {by, select, owner {as the owner of the account} other {for the owner of the account{has_reason, select, yes {: {reason}} other {}}}}',
  'audit.request.approved':
    '{who} gave request {request} the last thing that it lacked: it is approved{has_revision, select, yes { (revision {revision})} other {}}',
  'audit.request.denied': '{who} denied request {request}{has_reason, select, yes {: {reason}} other {}}',
  'audit.request.expired':
    '{who} {from, select, draft {dropped request {request}: it was never submitted} other {closed request {request}: nobody decided it in time}}',
  'audit.request.cancelled': '{who} took request {request} back',
  'audit.request.returned':
    '{who} brought request {request} back to be decided anew{has_revision, select, yes { (revision {revision})} other {}}{kind, select, drift {: something had changed since it was approved} retry {: it is tried again} stale {: its approval was too old} other {{has_reason, select, yes {: {reason}} other {}}}}',
  'audit.run.queued': '{who} queued run {run}',
  'audit.run.started': '{who} started run {run}',
  'audit.step.started':
    "{who} began the step ''{step}'' of run {run}{has_attempts, select, yes { again (attempt {attempts})} other {}}",
  'audit.step.finished':
    "{who} finished the step ''{step}'' of run {run}{has_took, select, yes { after {took}} other {}}",
  'audit.step.failed':
    "{who} could not do the step ''{step}'' of run {run}{has_failure, select, yes {: {failure}} other {}}",
  'audit.step.undone':
    "{who} {state, select, undone {undid} kept {left as it is what belongs to} undo_failed {could not undo} skipped {had nothing to undo in} other {dealt with}} the step ''{step}'' of run {run}{has_failure, select, yes {: {failure}} other {}}",
  'audit.run.undoing': '{who} began to undo run {run}',
  'audit.run.succeeded': '{who} ended run {run}: it succeeded',
  'audit.run.undone': '{who} ended run {run}: it is undone',
  'audit.run.failed': '{who} stopped run {run}: it could not be undone to its end',
  'audit.run.superseded': '{who} put run {run} aside: what was approved is not what would be done now',
  'audit.run.cancelled': '{who} cancelled run {run}',
  'audit.run.resumed': '{who} had run {run} go on being undone',
  'audit.run.kept': '{who} took note that run {run} stays undone',
  'audit.run.stuck': '{who} noted that run {run} does not go on',
  'audit.run.abandoned': '{who} accepted what run {run} left{has_reason, select, yes {: {reason}} other {}}',
  'audit.person.started': '{who} pressed Start at the bot',
  'audit.person.activated':
    '{who} {active, select, yes {activated the account of run {run}} other {looked at the waiting account of run {run}: nothing to lift}}',
  'audit.audit.pruned': '{who} forgot the history up to entry {up_to}, as the config says',
  'audit.worker.restored': '{who} put back a backup of {from_host}',
  'audit.worker.started': '{who} started{has_version, select, yes {, version {version}} other {}}',
  'audit.reconcile.finished':
    '{who} compared the roster with the host: {differing, plural, =0 {nothing differs} other {# differ}}',
  'audit.reconcile.failed': '{who} could not compare the roster with the host: {why}',
  'audit.reconcile.overdue': '{who} noted that the roster has not been compared with the host for too long',
  'audit.access.asked': '{who} asked for access{has_invitation, select, yes { with an invitation} other {}}',
  'audit.access.completed': '{who} made request {request} of access request {access}',
  'audit.access.reopened': '{who} left access request {access} to wait again',
  'audit.access.granted': '{who} granted access request {access}',
  'audit.access.denied':
    '{who} denied access request {access}{has_reason, select, yes {: {reason}} other {}}',
  'audit.access.expired': '{who} closed access request {access}: nobody answered it in time',
  'audit.access.withdrawn': '{who} took access request {access} back',
  'audit.access.blocked': '{who} closed access request {access}: its asker is blocked',
  'audit.invite.created': '{who} made invitation {invitation}',
  'audit.invite.opened': '{who} opened invitation {invitation}',
  'audit.invite.used': '{who} used invitation {invitation} for access request {access}',
  'audit.invite.revoked': '{who} revoked invitation {invitation}',
  'audit.invite.expired': '{who} closed invitation {invitation}: nobody used it in time',
  'audit.block.added': '{who} blocked somebody{has_reason, select, yes {: {reason}} other {}}',
  'audit.block.removed': '{who} unblocked somebody',
  'audit.chat.frozen': '{who} froze approvals in chat',
  'audit.chat.unfrozen': '{who} let approvals in chat count again',
  'audit.chat.alarm':
    '{who} raised an alarm: {kind, select, conflict {another program polls with the token} foreign_webhook {somebody has set a webhook with the token} foreign_edit {a card does not show what the bot sent} other {somebody else may have the token}}',
  'audit.telegram.revoked': '{who} revoked a Telegram id{has_reason, select, yes {: {reason}} other {}}',
  'audit.telegram.restored': '{who} restored a Telegram id',
  'audit.factor.enrolled': '{who} enrolled a second factor',
  'audit.factor.removed': '{who} removed a second factor',
  'audit.factor.reset': '{who} reset a second factor',
  'audit.factor.disabled': '{who} disabled a second factor: too many wrong codes in a row',
  'audit.witness.asked':
    '{who} began to approve request {request} and had the witness send a code{has_revision, select, yes { (revision {revision})} other {}}',
  'audit.witness.refused': '{who} gave a wrong code of the witness for request {request}',
  'audit.witness.unreachable': '{who} could not send an admin the code for request {request}',
  'audit.audit.head': '{who} noted the head of the history: event {id}',
  'audit.audit.broken':
    '{who} found the end of the history changed behind its back: it had been at event {expected_id}, and event {found_id} was there',
  audit_unknown: "{who} noted ''{type}''",
  audit_about: '{entry}, about {about}',
  audit_about_nameless: '{entry}, about Telegram user {id}',
  audit_step_unknown: 'unknown',
  'audit_finding.event_missing':
    '{several, select, yes {events {first} to {last} are missing} other {event {first} is missing}}',
  'audit_finding.event_unlinked':
    'event {event} was written after another event than the one before it: one of the two was put in, moved or replaced',
  'audit_finding.event_changed': 'event {event} is not as it was written',
  'audit_finding.event_stray': 'an event has an id that none is given: it was put in',
  'audit_finding.end_cut_off': 'the end is cut off: events {first} to {last} are missing',
  'audit_finding.end_differs': 'the end is not as the worker left it: event {event} was put in or replaced',
  'audit_finding.head_unknown': 'event {event}, whose hash was given, is missing',
  'audit_finding.head_differs':
    'event {event} has another hash than the one that was given: it or something before it was replaced',
  'audit_finding.request_untold':
    'request {request} is {has_stored, select, yes {{stored}} other {there}}, but no event speaks of it',
  'audit_finding.request_missing':
    'request {request} is missing; by the events it is {has_told, select, yes {{told}} other {there}}',
  'audit_finding.request_differs':
    'request {request} is {has_stored, select, yes {{stored}} other {not}} (state and revision), by the events {has_told, select, yes {{told}} other {otherwise}}',
  'audit_finding.run_differs':
    'run {run} of request {request} is {has_stored, select, yes {{stored}} other {not}}, by the events {has_told, select, yes {{told}} other {otherwise}}',
  'audit_finding.approval_untold':
    'request {request} has an approval{has_by, select, yes { by {by}} other {}}{has_revision, select, yes { (revision {revision})} other {}} that no event speaks of',
  'audit_finding.approval_missing':
    'request {request} lacks an approval{has_by, select, yes { by {by}} other {}}{has_revision, select, yes { (revision {revision})} other {}} that an event speaks of',
  'audit_finding.consent_untold':
    'request {request} has a consent{has_by, select, yes { by {by}} other {}}{has_revision, select, yes { (revision {revision})} other {}} that no event speaks of',
  'audit_finding.consent_missing':
    'request {request} lacks a consent{has_by, select, yes { by {by}} other {}}{has_revision, select, yes { (revision {revision})} other {}} that an event speaks of',
  'audit_finding.access_differs':
    'access request {has_access, select, yes {{access}} other {of somebody}} is {has_stored, select, yes {{stored}} other {not}}, by the events {has_told, select, yes {{told}} other {otherwise}}',
  'audit_finding.invitation_differs':
    'invitation {has_invitation, select, yes {{invitation}} other {of somebody}} is {has_stored, select, yes {{stored}} other {not}}, by the events {has_told, select, yes {{told}} other {otherwise}}',
} as const
