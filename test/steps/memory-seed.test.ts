import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StepRecord } from '../../src/domain/step.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { memorySeed } from '../../src/provisioning/steps/memory-seed.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../support/host/test-machine.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'
import { describeStepContract } from './contract.ts'

const folder = `${places.dataDir}/memory/77`
const path = `${folder}/MEMORY.md`
const content = '# Hello $HOME `id` %s\n\n\'"\\n\nä\n\n'
const params = { osUser: 'ida', path, owner: 'person' as const, content }
const snapshot = () => treeSnapshot('/home', '/srv')

function arrange(uid = 4701) {
  const restore = rememberMachine()
  addAccount('ida', 4701)
  addAccount('kai', 4702)
  const host = makeTestHost()
  mkdirSync(folder, { recursive: true })
  chownSync(folder, uid, uid)
  return { host, params, snapshot, restore }
}

describeStepContract(memorySeed, { title: 'in the person’s folder', arrange: () => arrange() })

describeStepContract(memorySeed, {
  title: 'in a folder of the service',
  arrange: () => ({ ...arrange(4702), params: { ...params, owner: { user: 'kai' } } }),
})

describeStepContract(memorySeed, {
  title: 'without a template',
  changes: false,
  arrange: () => ({ ...arrange(), params: { ...params, content: '' } }),
})

describeStepContract(memorySeed, {
  title: 'that finds one',
  changes: false,
  arrange() {
    const arranged = arrange()
    writeFileSync(path, 'mine')
    return arranged
  },
})

describe('the memory seed', () => {
  let host: Host
  let restore: () => void
  let record: Parameters<typeof memorySeed.verify>[2] | null
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
    ;({ host, restore } = arrange())
    record = null
  })
  afterEach(() => restore())

  test('has the approved bytes, belongs to the person and is private', async () => {
    expect(await memorySeed.apply(context(), params, null)).toEqual({
      ok: true,
      notes: [{ code: 'seed.written', params: { path } }],
    })
    expect(readFileSync(path, 'utf8')).toBe(content)
    expect(await host.files.stat(path)).toMatchObject({ kind: 'file', uid: 4701, gid: 4701, mode: 0o600 })
    expect(readdirSync(folder)).toEqual(['MEMORY.md'])
  })

  test('that the person has changed stays', async () => {
    await memorySeed.apply(context(), params, null)
    writeFileSync(path, `${content}!`)
    expect(await memorySeed.undo(context(), params, record)).toEqual({
      state: 'kept',
      notes: [{ code: 'seed.kept', params: { path } }],
    })
    expect(readFileSync(path, 'utf8')).toBe(`${content}!`)
  })

  test('is never written over what is there, not even at the last moment', async () => {
    const racing: Host = {
      ...host,
      programs: {
        ...host.programs,
        runAsPerson(...args) {
          symlinkSync('/home/ida/target', path)
          return host.programs.runAsPerson(...args)
        },
      },
    }
    const outcome = await memorySeed.apply({ ...context(), host: racing }, params, null)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'program_failed' } })
    expect(existsSync('/home/ida/target')).toBe(false)
    expect(readdirSync(folder)).toEqual(['MEMORY.md'])
    expect(await memorySeed.undo(context(), params, record)).toMatchObject({ state: 'kept' })
  })

  test.each([
    ['a link', () => symlinkSync('/etc/passwd', path)],
    ['a folder', () => mkdirSync(path)],
  ])('is refused where %s has its name', async (_title, obstruct) => {
    obstruct()
    const failure = { code: 'path_unsafe', params: { path, reason: 'not_a_file' } }
    expect(await memorySeed.check(host, params)).toMatchObject({ state: 'blocked', failure })
    expect(await memorySeed.apply(context(), params, null)).toMatchObject({ ok: false, failure })
    expect(await memorySeed.undo(context(), params, record)).toMatchObject({ state: 'undone' })
  })

  test('longer than an argument may be is refused before anything is written', async () => {
    const outcome = await memorySeed.apply(context(), { ...params, content: 'x'.repeat(100_001) }, null)
    expect(outcome).toMatchObject({ ok: false, failure: { params: { reason: 'too_large' } } })
    expect(record).toBe(null)
    const most = { ...params, content: 'x'.repeat(100_000) }
    expect(await memorySeed.apply(context(), most, null)).toMatchObject({ ok: true })
    expect(readFileSync(path).length).toBe(100_000)
  })
})
