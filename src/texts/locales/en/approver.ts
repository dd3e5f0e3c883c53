/** Deciding as the approver account, by SSH. */
export const approverEn = {
  'approver.no_terminal': "cannot ask without a terminal: connect with ''ssh -t''",
  'approver.not_an_id': "cannot run ''{command}'' here: name the number of a request, or nothing",
  'approver.which':
    '{count, plural, one {One request waits} other {{count} requests wait}}. Which one do you want to see?',
  'approver.nothing_waits': 'nothing waits for a decision',
  'approver.not_waiting': 'cannot decide request {id}: it does not wait for a decision',
  'approver.what': '{subject}: what do you say to exactly this plan?',
  'approver.confirm': 'Confirm it',
  'approver.deny': 'Deny it',
  'approver.leave': 'Leave it as it is',
  'approver.code': 'Code of your authenticator app',
  'approver.code_form': 'it has six digits',
  'approver.left': 'nothing was decided',
  'approver.left_as_it_is': 'request {id} was left as it is: you did not decide',
} as const
