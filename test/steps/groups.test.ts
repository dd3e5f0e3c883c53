import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StepRecord } from '../../src/domain/step.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { groups } from '../../src/provisioning/steps/groups.ts'
import { makeTestHost } from '../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../support/host/test-machine.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'
import { describeStepContract } from './contract.ts'

const params = { osUser: 'ida', groups: ['games', 'audio', 'users'] }
const snapshot = () => treeSnapshot('/etc')

describeStepContract(groups, {
  title: 'that adds some and finds one',
  arrange() {
    const restore = rememberMachine()
    addAccount('ida', 4701)
    execFileSync('gpasswd', ['--add', 'ida', 'audio'], { stdio: 'pipe' })
    return { host: makeTestHost(), params, snapshot, restore }
  },
})

describeStepContract(groups, {
  title: 'of a role without groups',
  changes: false,
  arrange() {
    const restore = rememberMachine()
    addAccount('ida', 4701)
    return { host: makeTestHost(), params: { osUser: 'ida', groups: [] }, snapshot, restore }
  },
})

describe('groups of a role', () => {
  let host: Host
  let restore: () => void
  let record: { uid: number; joins: string[] } | null
  const context = () => ({
    host,
    run: { runId: 7, requestId: 5, marker: 'f'.repeat(32), undoing: false },
    journal: {
      commit(committed: StepRecord) {
        record = structuredClone(committed) as typeof record
      },
    },
    signal: AbortSignal.timeout(30_000),
  })

  beforeEach(() => {
    restore = rememberMachine()
    host = makeTestHost()
    addAccount('ida', 4701)
    record = null
  })
  afterEach(() => restore())

  test('are added to those that the account has, and undo leaves only the added ones', async () => {
    execFileSync('gpasswd', ['--add', 'ida', 'video'], { stdio: 'pipe' })
    execFileSync('gpasswd', ['--add', 'ida', 'audio'], { stdio: 'pipe' })
    expect(await groups.apply(context(), params, null)).toEqual({
      ok: true,
      notes: [
        { code: 'groups.added', params: { groups: 'games, users' } },
        { code: 'groups.member', params: { groups: 'audio' } },
      ],
    })
    expect((await host.accounts.groupsOf('ida')).sort()).toEqual(['audio', 'games', 'ida', 'users', 'video'])
    expect(await groups.undo(context(), params, record)).toMatchObject({
      state: 'undone',
      notes: [{ code: 'groups.left' }],
    })
    expect((await host.accounts.groupsOf('ida')).sort()).toEqual(['audio', 'ida', 'video'])
  })

  test('a group without a gshadow line gets only an empty one', async () => {
    writeFileSync('/etc/gshadow', readFileSync('/etc/gshadow', 'utf8').replace(/^games:.*\n/m, ''))
    const before = snapshot()
    await groups.apply(context(), params, null)
    await groups.undo(context(), params, record)
    expect(snapshot()).toEqual(before)
  })

  test('a missing group fails before anything is joined', async () => {
    const missing = { osUser: 'ida', groups: ['games', 'no-such'] }
    const failure = { code: 'group_missing', params: { group: 'no-such' } }
    expect(await groups.check(host, missing)).toMatchObject({ state: 'blocked', failure })
    expect(await groups.apply(context(), missing, null)).toMatchObject({ ok: false, failure })
    expect(await host.accounts.groupsOf('ida')).toEqual(['ida'])
  })

  test('undo does not touch an account of that name with another uid', async () => {
    await groups.apply(context(), params, null)
    execFileSync('usermod', ['-u', '4702', 'ida'])
    expect(await groups.undo(context(), params, record)).toMatchObject({ state: 'kept' })
    expect(await host.accounts.groupsOf('ida')).toContain('games')
  })
})
