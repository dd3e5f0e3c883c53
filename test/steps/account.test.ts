import { execFileSync, spawn } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gecosOf, markerGecos } from '../../src/domain/gecos.ts'
import type { CreateAccountParams, StepRecord } from '../../src/domain/step.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { account } from '../../src/provisioning/steps/account.ts'
import { makeTestHost } from '../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../support/host/test-machine.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'
import { describeStepContract } from './contract.ts'

const create: CreateAccountParams = {
  mode: 'create',
  osUser: 'ida',
  home: '/home/ida',
  shell: '/bin/sh',
  gecos: gecosOf('Ida'),
}
const snapshot = () => treeSnapshot('/etc', '/home')

describeStepContract(account, {
  title: 'that creates one',
  arrange() {
    const restore = rememberMachine()
    return { host: makeTestHost(), params: create, snapshot, restore }
  },
})

describeStepContract(account, {
  title: 'that adopts one',
  changes: false,
  arrange() {
    const restore = rememberMachine()
    addAccount('ida', 4701)
    const params = {
      mode: 'adopt',
      osUser: 'ida',
      uid: 4701,
      gid: 4701,
      home: '/home/ida',
      shell: '/bin/sh',
    } as const
    return { host: makeTestHost(), params, snapshot, restore }
  },
})

describe('creating an account', () => {
  let host: Host
  let restore: () => void
  let records: StepRecord[]
  const marker = '0123456789abcdef0123456789abcdef'
  const context = (undoing = false) => ({
    host,
    run: { runId: 7, requestId: 5, marker, undoing },
    journal: { commit: (record: StepRecord) => void records.push(structuredClone(record)) },
    signal: AbortSignal.timeout(30_000),
  })
  type AccountRecord = Parameters<typeof account.verify>[2]
  const last = () => (records.at(-1) ?? null) as AccountRecord | null
  const apply = () => account.apply(context(), create, last())
  const undo = (undoing = false) => account.undo(context(undoing), create, last())
  const asPerson = (...argv: [string, ...string[]]) =>
    host.programs.runAsPerson({ ...create, uid: last()!.uid, gid: last()!.gid }, argv)

  beforeEach(() => {
    restore = rememberMachine()
    host = makeTestHost()
    records = []
  })
  afterEach(() => restore())

  test('commits name, uid, gid and marker before the account exists, and makes it expired, locked, with a private home', async () => {
    let before: unknown
    const probing = {
      ...context(),
      journal: {
        commit(record: StepRecord) {
          if (records.length === 0) before = readFileSync('/etc/passwd', 'utf8').includes('ida')
          records.push(record)
        },
      },
    }
    expect(await account.apply(probing, create, null)).toMatchObject({
      ok: true,
      notes: [{ code: 'account.created' }],
    })
    expect(before).toBe(false)
    expect(records[0]).toMatchObject({ mode: 'create', uid: last()!.uid, gid: last()!.uid, marker })
    expect(await host.accounts.byName('ida')).toMatchObject({
      gecos: markerGecos(marker),
      home: '/home/ida',
      shell: '/bin/sh',
    })
    expect(await host.accounts.isExpired('ida')).toBe(true)
    expect(await host.accounts.isLocked('ida')).toBe(true)
    expect(await host.files.stat('/home/ida')).toMatchObject({
      uid: last()!.uid,
      gid: last()!.uid,
      mode: 0o700,
    })
    expect(readdirSync('/home/ida').sort()).toEqual(readdirSync('/etc/skel').sort())
  })

  test('never gives a uid twice, also not after an undo', async () => {
    await apply()
    const first = last()!.uid
    await undo()
    records = []
    await apply()
    expect(last()!.uid).toBeGreaterThan(first)
  })

  test('takes no uid that is a gid, and fails clearly when none is left', async () => {
    execFileSync('groupadd', ['--gid', '4800', 'other'])
    host = makeTestHost({ personUids: { min: 4800, max: 4801 } })
    await apply()
    expect(last()).toMatchObject({ uid: 4801, gid: 4801 })
    await undo()
    records = []
    expect(await apply()).toMatchObject({
      ok: false,
      failure: { code: 'uid_range_exhausted', params: { min: 4800, max: 4801 } },
    })
    expect(records).toEqual([])
  })

  test.each([
    ['an account of that name', 'account_appeared', () => addAccount('ida', 4701)],
    ['a group of that name', 'group_appeared', () => execFileSync('groupadd', ['ida'])],
    ['something where the home would be', 'path_occupied', () => mkdirSync('/home/ida')],
    ['a link where the home would be', 'path_occupied', () => symlinkSync('/etc', '/home/ida')],
  ])('refuses %s before it takes a uid, and undo leaves it alone', async (_title, code, arrange) => {
    arrange()
    const before = snapshot()
    expect(await account.check(host, create)).toMatchObject({ state: 'blocked', failure: { code } })
    expect(await apply()).toMatchObject({ ok: false, failure: { code } })
    expect(records).toEqual([])
    expect(await undo()).toMatchObject({ state: 'undone' })
    expect(snapshot()).toEqual(before)
  })

  describe.each([
    ['the worker goes on', false],
    ['the worker is killed there', true],
  ])('an administrator between intent and account, and %s:', (_title, dies) => {
    const gecosOfName = gecosOf('Ida')
    test.each<[string, (uid: string) => string[]]>([
      ['the same account', () => ['useradd', '-m', 'ida']],
      ['the same account with the same uid', (uid) => ['useradd', '-m', '-u', uid, 'ida']],
      [
        'the same account with the same uid and name',
        (uid) => ['useradd', '-m', '-u', uid, '-c', gecosOfName, 'ida'],
      ],
      ['the same group', () => ['groupadd', 'ida']],
      ['the same group with the same number', (uid) => ['groupadd', '-g', uid, 'ida']],
      ['another account with the same uid', (uid) => ['useradd', '-m', '-u', uid, 'other']],
      ['another group with the same number', (uid) => ['groupadd', '-g', uid, 'others']],
    ])('makes %s, and nothing of theirs is touched', async (_what, make) => {
      let theirs: unknown = null
      const { accounts } = host
      const interrupted: Host = {
        ...host,
        accounts: {
          ...accounts,
          async create(wanted) {
            if (theirs !== null) return accounts.create(wanted)
            const [tool = '', ...args] = make(String(wanted.uid))
            execFileSync(tool, args)
            theirs = snapshot()
            if (dies) throw new Error('the worker dies')
            return accounts.create(wanted)
          },
        },
      }
      const first = account.apply({ ...context(), host: interrupted }, create, null)
      if (dies) {
        await expect(first).rejects.toThrow('dies')
        await apply()
      } else await first
      expect(await undo()).toMatchObject({ state: expect.stringMatching(/^(undone|kept)$/) })
      expect(snapshot()).toEqual(theirs)
    })
  })

  test('an account of this run is known by its marker, whatever group it got, and goes with an undo', async () => {
    const before = snapshot()
    const { accounts } = host
    const dying: Host = {
      ...host,
      accounts: {
        ...accounts,
        async create(wanted) {
          execFileSync('groupadd', ['-g', String(wanted.uid), 'others'])
          await accounts.create(wanted)
          throw new Error('the worker dies')
        },
      },
    }
    await expect(account.apply({ ...context(), host: dying }, create, null)).rejects.toThrow('dies')
    expect(await undo()).toMatchObject({ state: 'undone' })
    execFileSync('groupdel', ['others'])
    expect(snapshot()).toEqual(before)
  })

  test('a useradd that was killed midway is completed, whatever files it got to', async () => {
    for (const missing of [
      ['shadow', 'group', 'gshadow', 'subuid', 'subgid'],
      ['group', 'gshadow'],
      ['subgid'],
    ]) {
      const before = snapshot()
      await apply()
      const intent = records[0]!
      for (const file of missing) {
        const text = readFileSync(`/etc/${file}`, 'utf8')
        writeFileSync(`/etc/${file}`, text.replace(/^ida:.*\n/m, ''))
      }
      execFileSync('rm', ['-r', '/home/ida'])
      records = [intent]
      expect(await apply()).toMatchObject({ ok: true })
      expect(Object.values(await host.accounts.traces('ida'))).toEqual([true, true, true, true, true, true])
      expect(await undo()).toMatchObject({ state: 'undone' })
      expect(snapshot()).toEqual(before)
      records = []
    }
  })

  test('a useradd that is killed at any moment is completed or removed', async () => {
    // What a killed tool leaves of its own: the next file not yet in place, and its attempt at a lock.
    const ownTraces = /^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)(\+|\.[0-9]+) /
    const clean = () => snapshot().filter((line) => !ownTraces.test(line))
    const before = clean()
    for (let delayMs = 1; delayMs <= 16; delayMs++) {
      records = []
      const dying: Host = {
        ...host,
        accounts: {
          ...host.accounts,
          async create({ name, uid, home, shell, gecos }) {
            const options = [
              '--uid',
              `${uid}`,
              '-U',
              '-M',
              '-d',
              home,
              '-s',
              shell,
              '-e',
              '1970-01-02',
              '-c',
              gecos,
            ]
            const tool = spawn('/usr/sbin/useradd', [...options, name], { stdio: 'ignore' })
            const ended = new Promise((resolve) => tool.once('close', resolve))
            await new Promise((resolve) => setTimeout(resolve, delayMs))
            tool.kill('SIGKILL')
            await ended
            throw new Error('the worker dies as well')
          },
        },
      }
      await expect(account.apply({ ...context(), host: dying }, create, null)).rejects.toThrow('dies')
      if (delayMs % 2 === 0) expect(await apply(), `${delayMs} ms`).toMatchObject({ ok: true })
      expect(await undo(), `${delayMs} ms`).toMatchObject({ state: 'undone' })
      expect(clean(), `${delayMs} ms`).toEqual(before)
    }
  })

  test('undo removes what programs of the run left in the home of an account that was never active', async () => {
    const before = snapshot()
    await apply()
    const made = await asPerson(
      '/bin/sh',
      '-c',
      'mkdir -p ~/.cache/agent; echo x > ~/.cache/agent/log; ln -s /etc ~/l',
    )
    expect(made.ok).toBe(true)
    expect(await undo()).toMatchObject({
      state: 'undone',
      notes: [{ code: 'account.home_removed' }, { code: 'account.removed' }],
    })
    expect(snapshot()).toEqual(before)
  })

  test('undo removes a home also when emptying it fails for a moment', async () => {
    await apply()
    let tries = 0
    const { programs } = host
    host = {
      ...host,
      programs: {
        ...programs,
        runAsPerson: (person, argv, options) => {
          const fails = argv[0] === '/usr/bin/find' && ++tries === 1
          return programs.runAsPerson(person, fails ? ['/bin/false'] : argv, options)
        },
      },
    }
    expect(await undo()).toMatchObject({
      state: 'undone',
      notes: [{ code: 'account.home_removed' }, { code: 'account.removed' }],
    })
    expect(tries).toBe(2)
    expect(existsSync('/home/.usher-quarantine')).toBe(false)
  })

  test('undo keeps a home in quarantine that somebody else put something in', async () => {
    await apply()
    writeFileSync('/home/ida/from-root', 'keep me')
    const undone = await undo()
    expect(undone).toMatchObject({
      state: 'undone',
      notes: [{ code: 'account.home_quarantined' }, { code: 'account.removed' }],
    })
    expect(readFileSync('/home/.usher-quarantine/home-ida-run-7/from-root', 'utf8')).toBe('keep me')
    expect(existsSync('/home/ida')).toBe(false)
    expect(await host.accounts.byName('ida')).toBe(null)
  })

  test('undo keeps what the person made once the account was active, and removes the home when it is as it was left', async () => {
    await apply()
    await host.accounts.liftExpiry('ida', create.gecos)
    await asPerson('/bin/sh', '-c', 'echo thesis > ~/thesis')
    expect(await undo(true)).toMatchObject({
      state: 'undone',
      notes: [{ code: 'account.home_quarantined' }, {}],
    })
    expect(readFileSync('/home/.usher-quarantine/home-ida-run-7/thesis', 'utf8')).toBe('thesis\n')

    records = []
    await apply()
    await host.accounts.liftExpiry('ida', create.gecos)
    expect(await undo(true)).toMatchObject({ state: 'undone', notes: [{ code: 'account.home_removed' }, {}] })
    expect(existsSync('/home/ida')).toBe(false)
  })

  test('undo does not follow a link that stands where the home was, and leaves it', async () => {
    await apply()
    renameSync('/home/ida', '/home/elsewhere')
    mkdirSync('/home/victim')
    writeFileSync('/home/victim/file', 'x')
    symlinkSync('/home/victim', '/home/ida')
    expect(await undo()).toMatchObject({ state: 'undone' })
    expect(readdirSync('/home/victim')).toEqual(['file'])
    expect(existsSync('/home/elsewhere/.bashrc')).toBe(true)
  })

  test('undo ends the processes of the account, whatever session they are in', async () => {
    await apply()
    const { uid, gid } = last()!
    const stray = spawn(
      'setpriv',
      [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', 'setsid', '-w', 'sleep', '300'],
      {
        stdio: 'ignore',
      },
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    const undone = await undo()
    expect(undone).toMatchObject({ state: 'undone' })
    expect(undone.notes[0]).toMatchObject({ code: 'account.processes_ended' })
    expect(
      stray.exitCode !== null ||
        stray.signalCode !== null ||
        (await new Promise((r) => stray.once('exit', () => r(true)))),
    ).toBe(true)
  })

  test.each([
    ['another uid', () => execFileSync('usermod', ['-u', '4999', 'ida'])],
    ['another primary group', () => execFileSync('usermod', ['-g', 'games', 'ida'])],
    ['no marker of this run', () => execFileSync('usermod', ['-c', 'Somebody', 'ida'])],
  ])('undo keeps an account that has %s by now', async (_title, change) => {
    await apply()
    change()
    expect(await undo()).toMatchObject({ state: 'kept', notes: [{ code: 'account.kept_not_ours' }] })
    expect(await host.accounts.byName('ida')).not.toBe(null)
    expect(existsSync('/home/ida/.bashrc')).toBe(true)
  })

  test('undo of an account that somebody removed by hand keeps the home', async () => {
    await apply()
    execFileSync('userdel', ['ida'], { stdio: 'pipe' })
    expect(await undo()).toMatchObject({ state: 'undone', notes: [{ code: 'account.home_quarantined' }] })
  })

  test('a person may change the rest of the GECOS field and the account is still known', async () => {
    await apply()
    await host.accounts.liftExpiry('ida', create.gecos)
    execFileSync('usermod', ['-c', 'Ida,room 5,,', 'ida'])
    expect(await undo(true)).toMatchObject({ state: 'undone' })
    expect(await host.accounts.byName('ida')).toBe(null)
  })

  test('an unsafe folder of homes is refused before anything is done', async () => {
    mkdirSync('/home/base')
    chownSync('/home/base', 4999, 0)
    const params = { ...create, home: '/home/base/ida' }
    expect(await account.apply(context(), params, null)).toMatchObject({
      ok: false,
      failure: { code: 'path_unsafe' },
    })
    expect(records).toEqual([])
  })
})
