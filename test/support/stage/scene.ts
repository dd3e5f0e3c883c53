/** The usual scene: a system with an admin, another person and an account to adopt. */
import type { RunView } from '../../../src/protocol/views.ts'
import type { Person } from '../chat-driver/person.ts'
import { checkoutInSandbox } from '../sandbox/sandbox.ts'
import { createStage, type Stage, type StageOptions } from './stage.ts'
import { SYSTEM_PLACES } from './system-installation.ts'

/** What every scene begins with: an admin, another person, and an account whose owner is not on the roster. */
export const GRACE = { id: 700_000_001, first_name: 'Grace', last_name: 'Hopper' }
export const ALAN = { id: 700_000_002, first_name: 'Alan', last_name: 'Turing' }
export const ADA = { id: 700_000_003, first_name: 'Ada', last_name: 'Lovelace' }
export const MARY = { id: 700_000_004, first_name: 'Mary', last_name: 'Jackson' }
export const RESIDENTS = [
  { os_user: 'grace', name: 'Grace Hopper', telegram_id: GRACE.id, role: 'admin' },
  { os_user: 'alan', name: 'Alan Turing', telegram_id: ALAN.id },
  { os_user: 'mary', name: 'Mary Jackson' },
]

/** Everything that an undone run must leave as it was. */
export const TREES = ['/etc', '/home', SYSTEM_PLACES.data]

export const AGENT = '/usr/local/bin/test-agent'

export interface Scene extends Stage {
  /** The admin with her phone; she has pressed Start. */
  grace: Person
  /** Makes somebody else with a phone; they do not know the bot. */
  phone(user: typeof ADA): Promise<Person>
  /** The run as `usher run show` gives it to root. */
  run(id: number): Promise<RunView>
}

/** `agent`: the text of the agent's program, a shell script; without it none is configured. */
export type SceneOptions = { agent?: string } & Partial<Pick<StageOptions, 'config' | 'residents' | 'groups'>>

/** A scene for whoever closes it. */
export async function createScene(options: SceneOptions = {}): Promise<Scene> {
  const { agent, config, residents = RESIDENTS, groups = [] } = options
  const smoke = agent === undefined ? {} : { smoke: { agent_command: [AGENT], path: ['/usr/bin', '/bin'] } }
  const template = '/etc/usher/MEMORY.md.example'
  const stage = await createStage({
    checkout: checkoutInSandbox,
    mode: 'system',
    config: { memory: { template }, ...smoke, ...config },
    residents,
    groups,
    files: [
      { path: template, text: '# Memory\n' },
      ...(agent === undefined ? [] : [{ path: AGENT, text: `#!/bin/sh\n${agent}\n`, executable: true }]),
    ],
    patienceMs: 15_000,
  })
  const grace = await stage.chat.person(GRACE)
  await grace.starts()
  await grace.sees('/adduser')
  return {
    ...stage,
    grace,
    phone: (user) => stage.chat.person(user),
    async run(id) {
      const got = await stage.client.call('run.get', { id })
      if (!got.ok) throw new Error(`cannot show run ${id}: ${got.error.message}`)
      return got.run
    },
  }
}
