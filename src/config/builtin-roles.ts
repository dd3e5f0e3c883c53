import type { Role } from '../domain/role.ts'

const DAY = 86_400_000

/**
 * The roles that exist without a config; each can be redefined. `user` sees and cancels what is its own; deciding
 * belongs to `admin`, which is granted only with a confirmation on a terminal.
 */
export function builtinRoles(): Role[] {
  return [
    {
      name: 'admin',
      description: 'decides who gets access, and sees everything',
      permissions: ['*'],
      groups: [],
      shell: '/bin/bash',
      approval: { count: 1, self: true, step_up: 'terminal', expiresMs: DAY },
    },
    {
      name: 'user',
      description: 'runs agents in their own account',
      permissions: [
        'requests.draft.own',
        'requests.read.own',
        'requests.cancel.own',
        'runs.read.own',
        'people.read.own',
        'events.follow.own',
      ],
      groups: [],
      shell: '/bin/bash',
      approval: { count: 1, self: true, step_up: 'none', expiresMs: DAY },
    },
    {
      name: 'public',
      description: 'anybody who is not on the roster',
      permissions: [],
      groups: [],
      shell: '/bin/bash',
      approval: { count: 1, self: false, step_up: 'none', expiresMs: DAY },
    },
  ]
}
