import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SmokeTestParams } from '../../src/domain/step.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { processesOf } from '../../src/provisioning/host/programs/end-processes.ts'
import { smokeTest } from '../../src/provisioning/steps/smoke-test.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'
import { describeStepContract } from './contract.ts'
import { nameInAccessList } from './support/access-list.ts'
import { stepContext } from './support/step-context.ts'

const uids = { maria: 4301, alice: 4302, kai: 4303 }
const folder = (kind: 'memory' | 'history', id: number) => join(places.dataDir, kind, String(id))
const workspace = '/home/maria/work'

const params: SmokeTestParams = {
  osUser: 'maria',
  telegramId: 42,
  home: '/home/maria',
  writable: [folder('memory', 42), folder('history', 42), workspace],
  agentCommand: null,
  path: ['/usr/local/bin', '/usr/bin', '/bin', '/home/maria/.local/bin'],
  via: null,
}

let host: Host

function makeFolder(path: string, uid: number, mode = 0o700): void {
  mkdirSync(path, { recursive: true })
  chownSync(path, uid, uid)
  chmodSync(path, mode)
}

function arrange(): Host {
  const made = makeTestHost()
  for (const [name, uid] of Object.entries(uids)) {
    execFileSync('useradd', ['--uid', String(uid), '--create-home', '--expiredate', '1', name])
    chmodSync(`/home/${name}`, 0o700)
  }
  writeFileSync(
    places.rosterFile,
    'users:\n  - {telegram_id: 7, name: Alice, os_user: alice, role: user, workspace_base: "{home}/work"}\n',
  )
  writeFileSync('/etc/usher/secrets.yaml', 'secret: true\n', { mode: 0o600 })
  writeFileSync(`${places.stateDir}/usher.db`, 'rows', { mode: 0o600 })
  for (const root of ['memory', 'history']) makeFolder(join(places.dataDir, root), 0, 0o711)
  for (const path of params.writable) makeFolder(path, uids.maria)
  for (const path of [folder('memory', 7), folder('history', 7), '/home/alice/work'])
    makeFolder(path, uids.alice)
  return made
}

function restore(): void {
  for (const name of Object.keys(uids)) {
    execFileSync('userdel', [name], { stdio: 'ignore' })
    rmSync(`/home/${name}`, { recursive: true, force: true })
  }
  rmSync(places.dataDir, { recursive: true })
  rmSync(places.stateDir, { recursive: true })
  rmSync('/etc/usher', { recursive: true })
}

describeStepContract(smokeTest, {
  title: 'of a new person',
  changes: false,
  arrange: () => ({
    host: arrange(),
    params,
    snapshot: () => treeSnapshot('/home', places.dataDir),
    restore,
  }),
})

const apply = (
  changes: Partial<SmokeTestParams> = {},
  record: { nonce: string; done: boolean } | null = null,
) => {
  const { context, records } = stepContext<{ nonce: string; done: boolean }>(host)
  return smokeTest.apply(context, { ...params, ...changes }, record).then((outcome) => ({ outcome, records }))
}
/** What lies in the folders that were written to. */
const contents = () => params.writable.flatMap((path) => readdirSync(path))

describe('the smoke test of a new person', () => {
  beforeEach(() => {
    host = arrange()
  })
  afterEach(restore)

  test('proves isolation and every folder, with an account that is expired, and leaves nothing', async () => {
    const { outcome, records } = await apply()
    expect(outcome).toEqual({
      ok: true,
      notes: [
        // Three of alice and of maria each, roster, secrets, database, the probe folder and the state folder.
        { code: 'smoke.isolation_proven', params: { paths: 11 } },
        { code: 'smoke.folders_proven', params: { count: 3 } },
      ],
    })
    expect(contents()).toEqual([])
    expect(records.map(({ done }) => done)).toEqual([false, true])
    expect(processesOf(uids.maria)).toEqual([])
  })

  test('proves isolation on a host without other people: there is a probe folder of another uid', async () => {
    writeFileSync(places.rosterFile, 'users: []\n')
    expect((await apply()).outcome.ok).toBe(true)
    expect(host.programs).toBeDefined()
    chmodSync(join(places.stateDir, 'isolation-probe'), 0o777)
    // It is put right before each proof, so nobody can spoil it for the next.
    expect((await apply()).outcome.ok).toBe(true)
  })

  test('cannot be vetoed by somebody who puts a link to what is everybody’s in the place of their folder', async () => {
    for (const path of [folder('memory', 7), '/home/alice/work']) {
      rmSync(path, { recursive: true })
      symlinkSync('/etc', path)
      lchownSync(path, uids.alice, uids.alice)
    }
    expect((await apply()).outcome.ok).toBe(true)
  })

  test('is done through the account of the service when the config says so', async () => {
    copyFileSync('/usr/bin/setpriv', '/usr/local/bin/become')
    chmodSync('/usr/local/bin/become', 0o4755)
    const argv = ['/usr/local/bin/become', '--reuid=maria', '--regid=maria', '--init-groups', '--']
    const { outcome } = await apply({ via: { user: 'kai', argv } })
    expect(outcome).toMatchObject({
      ok: true,
      notes: [
        { code: 'smoke.isolation_proven' },
        { code: 'smoke.via_proven', params: { user: 'kai' } },
        { code: 'smoke.folders_proven' },
      ],
    })
    const refused = await apply({ via: { user: 'kai', argv: ['/usr/bin/setpriv', '--reuid=maria', '--'] } })
    expect(refused.outcome).toMatchObject({
      ok: false,
      failure: {
        code: 'via_failed',
        params: { user: 'kai' },
        detail: expect.stringContaining('not permitted'),
      },
    })
    rmSync('/usr/local/bin/become')
  })

  test('says that somebody who can become root is isolated from nobody', async () => {
    execFileSync('usermod', ['--append', '--groups', 'sudo', 'maria'])
    expect((await apply()).outcome).toMatchObject({
      ok: true,
      notes: [
        {},
        {
          code: 'smoke.root_equivalent',
          params: { os_user: 'maria', why: expect.stringMatching(/^group sudo(, sudo rules)?$/) },
        },
        {},
      ],
    })
  })

  test('says the same of the other people, whose power no mode of a folder shows', async () => {
    execFileSync('usermod', ['--append', '--groups', 'disk', 'alice'])
    expect((await apply()).outcome).toMatchObject({
      ok: true,
      notes: [{}, { code: 'smoke.root_equivalent', params: { os_user: 'alice', why: 'group disk' } }, {}],
    })
  })

  test('fails when the account is not the one of the plan', async () => {
    execFileSync('usermod', ['--home', '/home/elsewhere', 'maria'])
    expect((await apply()).outcome).toMatchObject({ ok: false, failure: { code: 'account_changed' } })
  })
})

describe('isolation is found missing', () => {
  beforeEach(() => {
    host = arrange()
  })
  afterEach(restore)

  test.for([
    ["another person's memory is open to everybody", folder('memory', 7), 0o755, 'maria'],
    ["another person's workspace can be entered", '/home/alice/work', 0o701, 'maria', '/home/alice'],
    ['the roster can be read by everybody', places.rosterFile, 0o644, 'maria'],
    ['the secrets can be read by everybody', '/etc/usher/secrets.yaml', 0o604, 'maria'],
    ['the database can be read by everybody', `${places.stateDir}/usher.db`, 0o604, 'maria'],
    [
      'the data root lets everybody exchange folders',
      join(places.dataDir, 'memory'),
      0o777,
      expect.any(String),
    ],
    ['the state folder can be listed', places.stateDir, 0o755, 'maria'],
    ["the new person's memory is open to others", folder('memory', 42), 0o750, 'alice'],
  ] as const)('when %s', async ([, path, mode, who, opened]) => {
    chmodSync(path, mode)
    if (opened !== undefined) chmodSync(opened, 0o755)
    if (who === 'alice') chownSync(path, uids.maria, uids.alice)
    const { outcome } = await apply()
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'not_isolated', params: { who } } })
    // Found by root: nothing has been run as the person yet.
    expect(contents()).toEqual([])
  })

  test.each([places.dataDir, '/home'])('when the quarantine in %s can be entered', async (folder) => {
    const path = `${folder}/.usher-quarantine`
    makeFolder(path, 0, 0o711)
    try {
      expect((await apply()).outcome).toMatchObject({
        ok: false,
        failure: { code: 'not_isolated', params: { path, who: 'maria' } },
      })
      // A folder that only has the name, in their own home, is their own.
      chmodSync(path, 0o700)
      makeFolder('/home/maria/.usher-quarantine', uids.maria, 0o755)
      expect((await apply()).outcome.ok).toBe(true)
    } finally {
      rmSync(path, { recursive: true })
    }
  })

  test('when the new person is in the group of a folder of somebody else, and not otherwise', async () => {
    const path = folder('memory', 7)
    execFileSync('groupadd', ['crew'])
    execFileSync('chgrp', ['crew', path])
    chmodSync(path, 0o750)
    expect((await apply()).outcome.ok).toBe(true)
    execFileSync('usermod', ['--append', '--groups', 'crew', 'maria'])
    expect((await apply()).outcome).toMatchObject({
      ok: false,
      failure: { code: 'not_isolated', params: { path, who: 'maria', why: 'may read, enter (mode 0750)' } },
    })
    execFileSync('groupdel', ['crew'])
  })

  test('when an access list names the new person, which no mode shows', async () => {
    const path = folder('memory', 7)
    chmodSync(path, 0o700)
    nameInAccessList(path, uids.maria)
    expect((await apply()).outcome).toMatchObject({
      ok: false,
      failure: {
        code: 'not_isolated',
        params: { path, who: 'maria', why: 'may read, enter (mode 0750, with an access list)' },
      },
    })
    // The group bits of the mode are the list's mask: closing them takes its effect away.
    chmodSync(path, 0o700)
    expect((await apply()).outcome.ok).toBe(true)
  })

  test("when somebody else owns a folder on the way to the new person's", async () => {
    makeFolder('/srv/alices', uids.alice, 0o755)
    makeFolder('/srv/alices/marias', uids.maria)
    expect((await apply({ writable: ['/srv/alices/marias'] })).outcome).toMatchObject({
      ok: false,
      failure: { code: 'not_isolated', params: { who: 'alice', why: '/srv/alices: owns a folder above it' } },
    })
    rmSync('/srv/alices', { recursive: true })
  })

  test('behind a symbolic link of their own to what is theirs', async () => {
    makeFolder('/srv/alices', uids.alice, 0o755)
    rmSync(folder('memory', 7), { recursive: true })
    symlinkSync('/srv/alices', folder('memory', 7))
    lchownSync(folder('memory', 7), uids.alice, uids.alice)
    expect((await apply()).outcome).toMatchObject({ ok: false, failure: { code: 'not_isolated' } })
    rmSync('/srv/alices', { recursive: true })
  })

  test('behind a symbolic link, which is judged where it leads', async () => {
    makeFolder('/srv/open', uids.alice, 0o755)
    rmSync(folder('memory', 7), { recursive: true })
    symlinkSync('/srv/open', folder('memory', 7))
    expect((await apply()).outcome).toMatchObject({ ok: false, failure: { code: 'not_isolated' } })
    rmSync('/srv/open', { recursive: true })
  })

  test('with everything that is wrong in one answer', async () => {
    chmodSync(folder('memory', 7), 0o755)
    chmodSync(places.rosterFile, 0o644)
    const { outcome } = await apply()
    const text = JSON.stringify(outcome)
    expect(text).toContain(places.rosterFile)
    expect(text).toContain(folder('memory', 7))
  })

  test('when the roster cannot be read: it is never an empty one', async () => {
    writeFileSync(places.rosterFile, 'users: [')
    expect((await apply()).outcome).toMatchObject({ ok: false, failure: { code: 'roster_unusable' } })
  })
})

describe('a folder is found unusable', () => {
  beforeEach(() => {
    host = arrange()
  })
  afterEach(restore)

  test('that belongs to somebody else', async () => {
    chownSync(workspace, 0, 0)
    expect((await apply()).outcome).toMatchObject({
      ok: false,
      failure: {
        code: 'folder_not_usable',
        params: { path: workspace, why: 'they cannot write there' },
        detail: expect.stringContaining('Permission denied'),
      },
    })
    expect(contents()).toEqual([])
  })

  test('that is missing', async () => {
    rmSync(workspace, { recursive: true })
    expect((await apply()).outcome).toMatchObject({
      ok: false,
      failure: { code: 'folder_not_usable', params: { path: workspace, why: 'it is not there' } },
    })
  })

  test('in a home that the person cannot enter', async () => {
    chownSync('/home/maria', 0, 0)
    expect((await apply()).outcome).toMatchObject({ ok: false, failure: { code: 'folder_not_usable' } })
  })

  test('that is full', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k,nr_inodes=1,mode=700,uid=4301', 'tmpfs', workspace])
    const { outcome } = await apply()
    execFileSync('umount', [workspace])
    expect(outcome).toMatchObject({
      ok: false,
      failure: {
        code: 'disk_full',
        params: { path: workspace },
        detail: expect.stringContaining('No space left'),
      },
    })
  })
})

describe('the agent command', () => {
  beforeEach(() => {
    host = arrange()
  })
  afterEach(restore)

  const agent = (text: string, timeoutMs?: number) => {
    mkdirSync('/home/maria/.local/bin', { recursive: true })
    writeFileSync('/home/maria/.local/bin/agent', `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    return apply({ agentCommand: ['agent', '--version', 'a b', '$HOME'] }, null).then((done) => ({
      ...done,
      timeoutMs,
    }))
  }

  test('is looked up in the configured path and run as the person, without our input', async () => {
    const { outcome } = await agent(
      '[ "$3" = \'$HOME\' ] && [ "$(id -un)" = maria ] && [ "$HOME" = /home/maria ] && ! read -r line',
    )
    expect(outcome).toMatchObject({
      ok: true,
      notes: [{}, {}, { code: 'smoke.agent_ran', params: { command: 'agent --version a b $HOME' } }],
    })
  })

  test('that fails fails the test with what it said', async () => {
    expect((await agent('echo "cannot log in" >&2; exit 4')).outcome).toMatchObject({
      ok: false,
      failure: { code: 'agent_command_failed', params: { status: 4 }, detail: 'cannot log in' },
    })
  })

  test('that opens the person’s folders to others fails the test, however it ends', async () => {
    expect((await agent(`chmod 755 ${workspace} /home/maria; exit 0`)).outcome).toMatchObject({
      ok: false,
      failure: { code: 'not_isolated', params: { path: workspace, who: 'alice' } },
    })
  })

  test('that puts a link in the place of a folder fails the test', async () => {
    expect((await agent(`rmdir ${workspace}; ln -s /etc ${workspace}; exit 0`)).outcome).toMatchObject({
      ok: false,
      failure: { code: 'not_isolated', params: { path: workspace } },
    })
  })

  test('that is missing fails the test', async () => {
    expect((await apply({ agentCommand: ['no-such-agent'] })).outcome).toMatchObject({
      ok: false,
      failure: { code: 'agent_command_failed', params: { command: 'no-such-agent', status: 127 } },
    })
  })

  test('is a program of the path and never a word that the shell knows', async () => {
    expect((await apply({ agentCommand: ['exit', '0'] })).outcome).toMatchObject({
      ok: false,
      failure: { params: { status: 127 } },
    })
  })

  test('that leaves files in the home has that said', async () => {
    const { outcome } = await agent('mkdir ~/.agent ~/state; echo x >~/.agentrc; echo again >~/.profile')
    expect(outcome.notes.at(-1)).toEqual({
      code: 'smoke.agent_left_files',
      params: { count: 3, home: '/home/maria', names: 'state, .agent, .agentrc' },
    })
  })

  test('that leaves files with names that could be taken for answers has them counted, not repeated', async () => {
    const { outcome } = await agent("cd; : >'x\ny'; : >'left-name z'; : >ok")
    expect(outcome.notes.at(-1)).toEqual({
      code: 'smoke.agent_left_files',
      params: { count: 3, home: '/home/maria', names: 'ok' },
    })
  })

  test('that writes without end is not believed to have answered, and costs nothing', async () => {
    const { outcome } = await agent('head -c 50000000 /dev/zero; head -c 50000000 /dev/zero >&2')
    expect(outcome.ok).toBe(true)
  })

  test('that ends the probe from inside is a failure', async () => {
    expect((await agent('kill -KILL -1; exit 0')).outcome.ok).toBe(true) // its own processes only: the probe is process 1
    expect((await agent('kill -SEGV $$')).outcome).toMatchObject({
      ok: false,
      failure: { params: { status: 139 } },
    })
  })

  test('that does not end is ended at the deadline with all that it started', async () => {
    const { context } = stepContext<{ nonce: string; done: boolean }>(host, AbortSignal.timeout(600))
    mkdirSync('/home/maria/.local/bin', { recursive: true })
    writeFileSync('/home/maria/.local/bin/agent', '#!/bin/sh\nsetsid sleep 95 & sleep 95\n', { mode: 0o755 })
    const outcome = await smokeTest.apply(context, { ...params, agentCommand: ['agent'] }, null)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'timed_out' } })
    expect(processesOf(uids.maria)).toEqual([])
    expect(contents()).toEqual([])
  })
})

describe('a smoke test that was interrupted', () => {
  beforeEach(() => {
    host = arrange()
  })
  afterEach(restore)

  const nonce = 'feedfacefeedfacefeedfacefeedface'
  const leave = () => {
    for (const path of params.writable) {
      const file = join(path, `.usher-probe-${nonce}`)
      writeFileSync(file, nonce)
      chownSync(file, uids.maria, uids.maria)
    }
  }

  test('is done again and leaves nothing', async () => {
    leave()
    const { outcome, records } = await apply({}, { nonce, done: false })
    expect(outcome.ok).toBe(true)
    expect(records.at(-1)).toEqual({ nonce, done: true })
    expect(contents()).toEqual([])
  })

  test('is undone by removing what it left, twice if need be, and nothing else', async () => {
    leave()
    writeFileSync(join(workspace, 'kept'), 'x')
    const { context } = stepContext<{ nonce: string; done: boolean }>(host)
    for (const _ of [1, 2]) {
      expect(await smokeTest.undo(context, params, { nonce, done: false })).toEqual({
        state: 'undone',
        notes: [],
      })
      expect(contents()).toEqual(['kept'])
    }
  })

  test('has nothing to undo when it had answered or never begun', async () => {
    const { context } = stepContext<{ nonce: string; done: boolean }>(host)
    for (const record of [null, { nonce, done: true }]) {
      expect(await smokeTest.undo(context, params, record)).toEqual({ state: 'undone', notes: [] })
    }
  })
})
