/** Who you are, and how the worker is. */
export const aboutEn = {
  'whoami.you': 'You are {who}{has_key, select, yes { ({key})} other {}}, role {role}',
  'whoami.not_on_roster': 'not on the roster',
  'whoami.on_roster': 'on the roster: {person}',
  'whoami.decides': 'decides requests of others',
  'whoami.decides_not': 'does not decide requests of others',
  'whoami.permitted': 'permitted: {has_permissions, select, yes {{permissions}} other {nothing}}',
  'status.worker':
    'The worker on {host} is {ready, select, yes {ready} other {not ready yet}} (Usher {version}, {mode, select, system {for the whole system} other {single-user mode}})',
  'status.since': 'since {at} ({duration})',
  'status.runs': 'runs: {running} running, {queued} queued',
  'status.stuck': 'run {run}: {why}',
  'status.open_requests': 'requests that are open: {count}',
  'status.roster_problem': 'the roster cannot be used: {why}',
  'status.people': 'people on the roster: {count}',
  'status.service.active': 'service {unit}: active',
  'status.service.inactive': 'service {unit}: not active',
  'status.service.unknown': 'service {unit}: not known right now',
  'status.never_reconciled': 'People have not been compared with the host yet',
  'status.reconciled.clean': 'people compared with the host at {at}: nobody differs',
  'status.reconciled.differs':
    'people compared with the host at {at}: {count, plural, one {{count} finding} other {{count} findings}}',
  'status.reconciled.incomplete':
    'people compared with the host at {at}, not all of them: {count, plural, one {{count} finding} other {{count} findings}}',
  'status.reconciled.failed': 'people could not be compared with the host at {at}',
  'status.frozen': 'approvals in chat are frozen; only root thaws them',
  'status.development': 'NOT SAFE: runs with --development, from code that others can change: {why}',
  'status.room': 'last event {event}, memory {memory}, {disk} free on disk',
} as const
