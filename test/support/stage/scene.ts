/** The usual scene: a system with an admin, another person and an account to adopt. */
import { writeFileSync } from 'node:fs'
import type { RunView } from '../../../src/protocol/views.ts'
import type { Person } from '../chat-driver/person.ts'
import { checkoutInSandbox } from '../sandbox/sandbox.ts'
import { createStage, type Stage, type StageOptions } from './stage.ts'
import { SYSTEM_PLACES } from './system-installation.ts'

/** What every scene begins with: two admins, another person, and two accounts whose owners are not on the roster. */
export const GRACE = { id: 700_000_001, first_name: 'Grace', last_name: 'Hopper' }
export const ALAN = { id: 700_000_002, first_name: 'Alan', last_name: 'Turing' }
export const JOAN = { id: 700_000_003, first_name: 'Joan', last_name: 'Clarke' }
export const MARY = { id: 700_000_004, first_name: 'Mary', last_name: 'Jackson' }
export const HEDY = { id: 700_000_005, first_name: 'Hedy', last_name: 'Lamarr' }
const RESIDENTS = [
  { os_user: 'grace', name: 'Grace Hopper', telegram_id: GRACE.id, role: 'admin' },
  { os_user: 'alan', name: 'Alan Turing', telegram_id: ALAN.id },
  { os_user: 'joan', name: 'Joan Clarke', telegram_id: JOAN.id, role: 'admin' },
  { os_user: 'mary', name: 'Mary Jackson' },
  { os_user: 'hedy', name: 'Hedy Lamarr' },
]
/** A group that every person of the role `user` joins. */
export const GROUP = 'agents'

/** Everything that an undone run must leave as it was. */
export const TREES = ['/etc', '/home', SYSTEM_PLACES.data]

/** The agent command of every scene. */
export const AGENT = '/usr/local/bin/test-agent'
const GIVEN_NAMES = 'Ada Barbara Carol Dorothy Edith Frances Gladys Helen Irene Jean Katherine Lise Margaret'

/** Somebody who is not on this host yet. */
export interface Newcomer {
  id: number
  first_name: string
  last_name: string
  /** The first name that the bot suggests for their account. */
  osUser: string
  person: Person
}

export interface Scene extends Stage {
  /** An admin with her phone; she has pressed Start. */
  grace: Person
  /** Gives somebody a phone; they do not know the bot. */
  phone(user: { id: number; first_name: string; last_name: string }): Promise<Person>
  /** Somebody else each time. */
  newcomer(): Promise<Newcomer>
  /** The newest run of the request that this card is about. */
  runOf(card: { text: string }): Promise<RunView>
  /** What the configured agent command does from now on: the text of a shell script. */
  setAgent(script: string): void
}

/** A scene for whoever closes it. */
export async function createScene(
  options: Partial<Pick<StageOptions, 'config' | 'residents' | 'files' | 'logLevel'>> = {},
): Promise<Scene> {
  const { config, residents = RESIDENTS, files = [], logLevel } = options
  const template = '/etc/usher/MEMORY.md.example'
  const stage = await createStage({
    checkout: checkoutInSandbox,
    mode: 'system',
    config: {
      memory: { template },
      roles: { user: { groups: [GROUP] } },
      smoke: { agent_command: [AGENT], path: ['/usr/bin', '/bin'] },
      ...config,
    },
    residents,
    groups: [GROUP],
    files: [
      { path: template, text: '# Memory\n' },
      { path: AGENT, text: agentText('exit 0'), executable: true },
      ...files,
    ],
    patienceMs: 15_000,
    logLevel,
  })
  try {
    const grace = await stage.chat.person(GRACE)
    await grace.starts()
    await grace.sees('/adduser')
    let newcomers = 0
    return {
      ...stage,
      grace,
      phone: (user) => stage.chat.person(user),
      async newcomer() {
        const names = GIVEN_NAMES.split(' ')
        const round = Math.floor(newcomers / names.length)
        const first_name = `${names[newcomers % names.length]}${round === 0 ? '' : round + 1}`
        const user = { id: 710_000_000 + newcomers, first_name, last_name: 'Newcomer' }
        newcomers += 1
        return { ...user, osUser: first_name.toLowerCase(), person: await stage.chat.person(user) }
      },
      async runOf(card) {
        const id = Number(card.text.match(/Request (\d+) on/)?.[1])
        const got = await stage.client.call('request.get', { id })
        const run = got.ok && got.request.run_id !== null ? await runById(stage, got.request.run_id) : null
        if (run === null) throw new Error(`cannot find a run of request ${id}`)
        return run
      },
      setAgent: (script) => writeFileSync(AGENT, agentText(script)),
    }
  } catch (error) {
    await stage.close()
    throw error
  }
}

/** The run as root sees it. */
export async function runById({ client }: Pick<Stage, 'client'>, id: number): Promise<RunView> {
  const got = await client.call('run.get', { id })
  if (!got.ok) throw new Error(`cannot show run ${id}: ${got.error.message}`)
  return got.run
}

const agentText = (script: string) => `#!/bin/sh\n${script}\n`
