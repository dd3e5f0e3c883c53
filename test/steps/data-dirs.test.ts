import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DirectorySpec, StepRecord } from '../../src/domain/step.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { dataDirs } from '../../src/provisioning/steps/data-dirs.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../support/host/test-machine.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'
import { describeStepContract } from './contract.ts'

const data = places.dataDir
const memory: DirectorySpec = {
  purpose: 'memory',
  path: `${data}/memory/77`,
  owner: 'person',
  madeBy: 'root',
}
const history: DirectorySpec = {
  purpose: 'history',
  path: `${data}/history/77`,
  owner: { user: 'kai' },
  madeBy: 'root',
}
const workspace: DirectorySpec = {
  purpose: 'workspace',
  path: '/home/ida/work/deep',
  owner: 'person',
  madeBy: 'person',
}
const shared: DirectorySpec = { purpose: 'workspace', path: '/srv/ida', owner: 'person', madeBy: 'root' }
const params = { osUser: 'ida', directories: [memory, history, workspace] }
const snapshot = () => treeSnapshot('/home', '/srv')

function arrange() {
  const forget = rememberMachine()
  const restore = () => {
    rmSync('/srv/ida', { recursive: true, force: true })
    forget()
  }
  addAccount('ida', 4701)
  addAccount('kai', 4702)
  return { host: makeTestHost(), snapshot, restore }
}

describeStepContract(dataDirs, {
  title: 'that makes everything',
  arrange: () => ({
    ...arrange(),
    params: { osUser: 'ida', directories: [memory, history, workspace, shared] },
  }),
})

describeStepContract(dataDirs, {
  title: 'that finds everything',
  changes: false,
  arrange() {
    const arranged = arrange()
    for (const [path, uid] of [
      [memory.path, 4701],
      [history.path, 4702],
    ] as const) {
      mkdirSync(path, { recursive: true, mode: 0o755 })
      chownSync(path, uid, uid)
    }
    return { ...arranged, params: { osUser: 'ida', directories: [memory, history] } }
  },
})

describe('folders of a person', () => {
  let host: Host
  let restore: () => void
  let record: Parameters<typeof dataDirs.verify>[2] | null
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
  const apply = (directories = params.directories) =>
    dataDirs.apply(context(), { osUser: 'ida', directories }, null)
  const undo = () => dataDirs.undo(context(), params, record)
  const asPerson = (...argv: [string, ...string[]]) =>
    host.programs.runAsPerson(
      { osUser: 'ida', uid: 4701, gid: 4701, home: '/home/ida', shell: '/bin/sh' },
      argv,
    )

  beforeEach(() => {
    ;({ host, restore } = arrange())
    record = null
  })
  afterEach(() => restore())

  test('are private and owned as planned, under roots that one can pass but not list', async () => {
    expect(await apply()).toMatchObject({
      ok: true,
      notes: [{ code: 'dir.made' }, { code: 'dir.made' }, { code: 'dir.made' }],
    })
    const modes = async (path: string) => {
      const fact = await host.files.stat(path)
      return 'mode' in fact ? `${fact.uid}:${fact.gid} ${fact.mode.toString(8)}` : fact.kind
    }
    expect(await modes(`${data}/memory`)).toBe('0:0 711')
    expect(await modes(`${data}/history`)).toBe('0:0 711')
    expect(await modes(memory.path)).toBe('4701:4701 700')
    expect(await modes(history.path)).toBe('4702:4702 700')
    expect(await modes('/home/ida/work')).toBe('4701:4701 700')
    expect(await modes('/home/ida/work/deep')).toBe('4701:4701 700')
  })

  test('undo keeps what was there: roots, folders and the modes that they have', async () => {
    mkdirSync(`${data}/memory`, { mode: 0o755 })
    mkdirSync(memory.path)
    chownSync(memory.path, 4701, 4701)
    chmodSync(memory.path, 0o750)
    writeFileSync(`${memory.path}/old`, 'x')
    const before = snapshot()
    expect(await apply()).toMatchObject({
      ok: true,
      notes: [{ code: 'dir.exists' }, { code: 'dir.made' }, { code: 'dir.made' }],
    })
    expect(await undo()).toMatchObject({ state: 'undone' })
    expect(snapshot()).toEqual(before)
  })

  test('undo removes a folder in the home also when that fails for a moment', async () => {
    const before = snapshot()
    await apply()
    let tries = 0
    const { programs } = host
    host = {
      ...host,
      programs: {
        ...programs,
        runAsPerson: (person, argv, options) =>
          programs.runAsPerson(
            person,
            argv[0] === '/bin/rmdir' && ++tries === 1 ? ['/bin/false'] : argv,
            options,
          ),
      },
    }
    expect(await undo()).toMatchObject({ state: 'undone' })
    expect(tries).toBe(3)
    expect(snapshot()).toEqual(before)
  })

  test('undo leaves a root with another person’s folder in it', async () => {
    await apply()
    mkdirSync(`${data}/memory/88`)
    expect(await undo()).toMatchObject({ state: 'undone' })
    expect(existsSync(`${data}/memory/88`)).toBe(true)
    expect(existsSync(`${data}/history`)).toBe(false)
  })

  test('undo keeps in quarantine what somebody put into a folder, and leaves what is in the home', async () => {
    await apply()
    await asPerson('/bin/sh', '-c', 'echo dear > "$0/diary"; echo x > ~/work/deep/draft', memory.path)
    expect(await undo()).toMatchObject({
      state: 'kept',
      notes: [
        { code: 'dir.kept', params: { path: '/home/ida/work/deep' } },
        { code: 'dir.kept', params: { path: '/home/ida/work' } },
        { code: 'dir.removed' },
        { code: 'dir.removed' },
        { code: 'dir.quarantined', params: { kept_at: `${data}/.usher-quarantine/memory-77-run-7` } },
        { code: 'dir.removed' },
      ],
    })
    expect(readFileSync(`${data}/.usher-quarantine/memory-77-run-7/diary`, 'utf8')).toBe('dear\n')
    expect(existsSync('/home/ida/work/deep/draft')).toBe(true)
  })

  test('undo leaves a directory that is not the one it made', async () => {
    await apply()
    renameSync(memory.path, `${data}/memory/moved`)
    mkdirSync(memory.path)
    expect(await undo()).toMatchObject({ state: 'kept' })
    expect(existsSync(memory.path)).toBe(true)
    expect(existsSync(`${data}/memory/moved`)).toBe(true)
  })

  test('undo leaves a folder in a home that an account with another uid has by now', async () => {
    await apply()
    execFileSync('userdel', ['ida'])
    addAccount('ida', 4709)
    execFileSync('chown', ['-R', '4709:4709', '/home/ida'])
    expect(await undo()).toMatchObject({
      state: 'kept',
      notes: expect.arrayContaining([{ code: 'dir.kept', params: { path: workspace.path } }]),
    })
    expect(existsSync(workspace.path)).toBe(true)
  })

  const refusals: [string, string, DirectorySpec, () => void][] = [
    ['a link', 'symlink', memory, () => symlinkSync('/home/kai', memory.path)],
    ['a file', 'not_a_directory', memory, () => writeFileSync(memory.path, '')],
    ['a folder of somebody else', 'owner', memory, () => mkdirSync(memory.path)],
    ['a folder that others can write to', 'writable_by_others', memory, () => makeOpen(memory.path)],
    ['a root that is a link', 'symlink', history, () => symlinkSync('/home/kai', `${data}/history`)],
    ['a root of somebody else', 'owner', history, () => makeOpen(`${data}/history`, 0o711)],
  ]
  function makeOpen(path: string, mode = 0o777): void {
    mkdirSync(path)
    chmodSync(path, mode)
    chownSync(path, 4701, 4701)
  }
  test.each(refusals)(
    '%s in the way is refused, and undo restores what was',
    async (_title, reason, spec, obstruct) => {
      mkdirSync(`${data}/memory`)
      obstruct()
      const before = snapshot()
      expect(await apply([spec])).toMatchObject({
        ok: false,
        failure: { code: 'path_unsafe', params: { reason } },
      })
      await undo()
      expect(snapshot()).toEqual(before)
    },
  )

  test('a link in the person’s home does not lead root anywhere', async () => {
    symlinkSync('/srv', '/home/ida/work')
    chownSync('/home/ida/work', 0, 0)
    const before = snapshot()
    expect(await apply([workspace])).toMatchObject({ ok: false })
    await undo()
    expect(snapshot()).toEqual(before)
  })

  test('a workspace that the person may not make fails with what the system said', async () => {
    const spec = { ...workspace, path: '/home/kai/ida' }
    expect(await apply([spec])).toMatchObject({
      ok: false,
      failure: { code: 'folder_not_usable', detail: expect.stringContaining('Permission denied') },
    })
    expect(await dataDirs.undo(context(), { osUser: 'ida', directories: [spec] }, record)).toMatchObject({
      state: 'undone',
    })
  })
})
