/** The closed list of what a role can permit; `*` in a role means all of them. */
export const PERMISSIONS = [
  'status.read',
  'requests.draft.own',
  'requests.draft.all',
  'requests.read.own',
  'requests.read.all',
  'requests.cancel.own',
  'requests.cancel.all',
  'requests.approve.own',
  'requests.approve.all',
  'requests.deny',
  'runs.read.own',
  'runs.read.all',
  'runs.undo',
  'runs.retry',
  'people.read.own',
  'people.read.all',
  'host.check',
  'events.follow.own',
  'events.follow.all',
  'audit.read',
] as const
export type Permission = (typeof PERMISSIONS)[number]
