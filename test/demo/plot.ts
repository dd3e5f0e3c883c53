/** Who plays in the demo, and what the operator has set up. */
import { join } from 'node:path'
import type { OperatorFile, Resident } from '../support/stage/system-installation.ts'

export const GRACE = { id: 700_000_001, first_name: 'Grace', last_name: 'Hopper', username: 'grace' }
export const ALAN = { id: 700_000_002, first_name: 'Alan', last_name: 'Turing', username: 'alan' }
/** A second admin, where somebody plays both sides. */
export const JOAN = { id: 700_000_004, first_name: 'Joan', last_name: 'Clarke', username: 'joan' }
/** Another newcomer, where somebody plays both sides. */
export const MARY = { id: 700_000_005, first_name: 'Mary', last_name: 'Jackson', username: 'mary' }
export const ADA = { id: 700_000_003, first_name: 'Ada', last_name: 'Lovelace', username: 'ada' }

/** On the host and on the roster before the curtain rises. */
export const RESIDENTS: readonly Resident[] = [
  { os_user: 'grace', name: 'Grace Hopper', telegram_id: GRACE.id, role: 'admin' },
  { os_user: 'alan', name: 'Alan Turing', telegram_id: ALAN.id },
]

export const GROUP = 'agents'
const AGENT = 'demo-agent'

const AGENT_THAT_WORKS = `#!/bin/sh
echo "demo-agent 1.0, hello $(id -un)"
`

/** Takes as long to start as an agent may: whoever plays by hand sees the card change. */
const AGENT_THAT_TAKES_A_MOMENT = AGENT_THAT_WORKS.replace('echo', 'sleep 1.5\necho')

/** What --fail-smoke puts there: found only when somebody tries it as the new person. */
const AGENT_THAT_FAILS = `#!/bin/sh
echo "demo-agent: cannot start: no licence for $(id -un)" >&2
exit 7
`

const AGENTS = {
  works: AGENT_THAT_WORKS,
  'takes a moment': AGENT_THAT_TAKES_A_MOMENT,
  fails: AGENT_THAT_FAILS,
}

const TEMPLATE = `# What I know about you

Nothing yet. Tell me, and I will write it down here.
`

export interface Plot {
  config: Record<string, unknown>
  files: OperatorFile[]
}

/** `folder` is where the operator keeps the agent's program and the template. */
export function plotFor(
  folder: { programs: string; template: string },
  agent: 'works' | 'takes a moment' | 'fails',
): Plot {
  const { programs, template } = folder
  return {
    config: {
      telegram: { admins: [GRACE.id] },
      memory: { template },
      smoke: { agent_command: [AGENT, '--version'], path: [programs, '/usr/bin', '/bin'] },
      defaults: { model: 'sonnet', agent_backend: 'demo', max_budget: 20 },
    },
    files: [
      {
        path: join(programs, AGENT),
        text: AGENTS[agent],
        executable: true,
      },
      { path: template, text: TEMPLATE },
    ],
  }
}
