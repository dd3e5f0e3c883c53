import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parseScrape } from '../support/prometheus.ts'
import { playOn } from '../support/stage/play.ts'
import { SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { makeTar } from '../support/tar.ts'
import { exchange, requestBytes } from '../worker/support/raw.ts'

const { roster, state, data, token, secrets, run } = SYSTEM_PLACES
const FOLDER = '/root/backups'
const scene = playOn()

// Worker and bot are stopped and started again several times.
vi.setConfig({ testTimeout: 120_000 })

beforeAll(() => mkdirSync(FOLDER, { recursive: true, mode: 0o700 }))
afterAll(() => execFileSync('rm', ['-r', FOLDER]))

const database = (query: string) => {
  const connection = new DatabaseSync(`${state}/usher.db`, { readOnly: true })
  try {
    return Object.values(connection.prepare(query).get() ?? {})[0] ?? null
  } finally {
    connection.close()
  }
}
const nextUid = () => Number(database("select value from meta where key = 'next_uid'"))
async function onboard(): Promise<{ osUser: string; id: number; uid: number }> {
  const { newcomer, usher } = scene()
  const { osUser, id, first_name: name } = await newcomer()
  const flags = ['--telegram-id', String(id), '--name', name, '--os-user', osUser, '--role', 'user']
  const done = await usher(['adduser', ...flags, '--create-account', '--approve', '--wait'])
  expect([done.status, done.stderr]).toEqual([0, ''])
  return { osUser, id, uid: Number(execFileSync('id', ['-u', osUser], { encoding: 'utf8' })) }
}
async function stopped<T>(work: () => Promise<T>): Promise<T> {
  const { worker, bot } = scene()
  await bot.stop()
  await worker.stop()
  try {
    return await work()
  } finally {
    await worker.start()
    await bot.start()
  }
}
const backup = (name: string, ...flags: string[]) => scene().usher(['backup', `${FOLDER}/${name}`, ...flags])
const restore = (name: string, ...flags: string[]) =>
  scene().usher(['restore', `${FOLDER}/${name}`, ...flags])
const asides = () => readdirSync('/etc/usher').filter((name) => name.includes('-restore'))

describe('a backup', () => {
  test('taken while a person is onboarded is one plain archive, 0600, that tar reads, without secrets', async () => {
    const { usherJson } = scene()
    const [made] = await Promise.all([usherJson(['backup', `${FOLDER}/a.tar`]), onboard()])
    expect(made).toMatchObject({
      status: 0,
      json: { ok: true, manifest: { secrets: false }, left_out: expect.arrayContaining([]) },
    })
    expect(statSync(`${FOLDER}/a.tar`).mode & 0o777).toBe(0o600)
    const names = execFileSync('tar', ['--list', '--file', `${FOLDER}/a.tar`], { encoding: 'utf8' })
    expect(names.trim().split('\n')).toEqual([
      ...['manifest.json', 'users.yaml', 'MEMORY.md', 'config.yaml', 'usher.db'],
    ])
    execFileSync('tar', ['--extract', '--file', `${FOLDER}/a.tar`, '--directory', FOLDER, 'usher.db'])
    const copy = new DatabaseSync(`${FOLDER}/usher.db`, { readOnly: true })
    expect(copy.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    copy.close()
    execFileSync('rm', [`${FOLDER}/usher.db`])
    expect(readFileSync(`${FOLDER}/a.tar`, 'latin1')).not.toContain(readFileSync(token, 'utf8').trim())
    expect(readdirSync(FOLDER)).toEqual(['a.tar'])
    const { text } = await exchange(`${run}/admin.sock`, requestBytes('GET /metrics'))
    const noted = parseScrape(text.slice(text.indexOf('\r\n\r\n') + 4))
    const at = noted.value('usher_last_backup_timestamp_seconds') ?? 0
    expect(Math.abs(Date.now() / 1000 - at)).toBeLessThan(60)
  })

  test('with secrets has them, and says so', async () => {
    const said = await backup('secret.tar', '--secrets')
    expect(said.stdout).toContain('WITH secrets')
    const text = readFileSync(`${FOLDER}/secret.tar`, 'latin1')
    for (const file of [token, secrets]) expect(text).toContain(readFileSync(file, 'latin1').trim())
    expect(statSync(`${FOLDER}/secret.tar`).mode & 0o777).toBe(0o600)
  })

  test('is refused where something stands, where others can write, for others than root, and leaves nothing when the disk is full', async () => {
    const { usher } = scene()
    expect((await backup('a.tar')).status).toBe(2)
    expect((await usher(['backup', '/tmp/b.tar'])).stderr).toContain('others could put something else')
    execFileSync('ln', ['--symbolic', '/etc/shadow', `${FOLDER}/link.tar`])
    expect((await backup('link.tar')).status).toBe(2)
    expect((await usher(['backup', '/home/alan/x.tar'], { as: 'alan' })).status).toBe(3)
    mkdirSync('/root/small', { mode: 0o700 })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'small', '/root/small'])
    try {
      const full = await usher(['backup', '/root/small/b.tar'])
      expect(full.status).toBe(1)
      expect(full.stderr).toContain('nothing was written')
      expect(readdirSync('/root/small')).toEqual([])
    } finally {
      execFileSync('umount', ['/root/small'])
    }
  })
})

describe('a restore', () => {
  test('is refused while the worker or the bot runs, and a dry run changes nothing', async () => {
    const { bot, worker } = scene()
    expect((await restore('a.tar', '--yes')).status).toBe(4)
    const before = readFileSync(roster, 'utf8')
    const dry = await restore('a.tar', '--dry-run')
    expect([dry.status, dry.stdout]).toEqual([0, expect.stringContaining(`replace  ${roster}`)])
    expect([readFileSync(roster, 'utf8'), asides()]).toEqual([before, []])
    await worker.stop()
    expect((await restore('a.tar', '--yes')).stderr).toContain('while the bot runs')
    await bot.stop()
    expect((await restore('a.tar')).status).toBe(3)
    expect(asides()).toEqual([])
    await worker.start()
    await bot.start()
  })

  test('puts roster and history back, gives no uid twice, keeps what was there, and can be taken back', async () => {
    const { usher, usherJson } = scene()
    await backup('before.tar')
    const rosterBefore = readFileSync(roster, 'utf8')
    const later = await onboard()
    const rosterAfter = readFileSync(roster, 'utf8')
    // Their account goes, and nothing of them is left but the counter.
    await usher(['telegram', 'revoke', '790000001', '--reason', 'lost phone'])
    const given = nextUid()
    expect(given).toBeGreaterThan(later.uid)
    execFileSync('userdel', ['--remove', later.osUser])
    execFileSync('rm', ['-r', `${data}/memory/${later.id}`, `${data}/history/${later.id}`])

    const restored = await stopped(() => restore('before.tar', '--yes'))
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    expect(restored.stdout).toContain(`on the roster no more: ${later.osUser}`)
    expect(readFileSync(roster, 'utf8')).toBe(rosterBefore)
    expect([statSync(roster).uid, statSync(roster).mode & 0o777]).toEqual([0, 0o600])
    expect(nextUid()).toBeGreaterThanOrEqual(given)
    expect((await usherJson(['telegram', 'list'])).json).toMatchObject({
      revoked: [{ telegram_id: 790000001 }],
    })
    expect((await usher(['audit', 'verify'])).status).toBe(0)
    expect((await usher(['audit', '--type', 'worker.restored'])).stdout).toContain('put back a backup of')
    expect(asides().some((name) => name.startsWith('users.yaml.before-restore-'))).toBe(true)
    // Whoever comes next gets a uid that nobody had.
    expect((await onboard()).uid).toBeGreaterThanOrEqual(given)
    const highest = nextUid()

    const undone = await stopped(() => usher(['restore', '--undo', '--yes']))
    expect([undone.status, undone.stderr]).toEqual([0, ''])
    expect(readFileSync(roster, 'utf8')).toBe(rosterAfter)
    expect(nextUid()).toBeGreaterThanOrEqual(highest)
    expect((await usher(['audit', 'verify'])).status).toBe(0)
  })

  test('of a run that was under way goes on from a host that is ahead of it', async () => {
    const { usherJson, worker, usher } = scene()
    // A worker that is killed in the middle of a run leaves what a backup of that moment has.
    const { newcomer } = scene()
    const { osUser, id, first_name: name } = await newcomer()
    const flags = ['--telegram-id', String(id), '--name', name, '--os-user', osUser, '--role', 'user']
    scene().setAgent('sleep 5')
    const asked = usher(['adduser', ...flags, '--create-account', '--approve', '--wait'])
    await expect
      .poll(
        () => database("select count(*) from run_steps where kind = 'smoke-test' and state = 'applying'"),
        {
          timeout: 10_000,
        },
      )
      .toBe(1)
    const made = await usherJson(['backup', `${FOLDER}/midway.tar`])
    expect(made.json).toMatchObject({ manifest: { database: { unfinished_runs: 1 } } })
    expect((await asked).status).toBe(0)
    scene().setAgent('exit 0')
    const runId = Number(database('select max(id) from runs'))
    expect(worker.pid).not.toBeNull()

    expect((await stopped(() => restore('midway.tar', '--yes'))).status).toBe(0)
    await expect
      .poll(() => database(`select state from runs where id = ${runId}`), { timeout: 20_000 })
      .toBe('succeeded')
    expect(readFileSync(roster, 'utf8')).toContain(`os_user: ${osUser}`)
    expect((await usher(['audit', 'verify'])).status).toBe(0)
  })

  test('that was interrupted is finished by the worker, which then starts from what is there', async () => {
    const { worker, bot } = scene()
    await backup('good.tar')
    await bot.stop()
    await worker.stop()
    const fresh = `${readFileSync(roster, 'utf8')}# put back\n`
    writeFileSync('/etc/usher/.users.yaml.usher-restore', fresh, { mode: 0o600 })
    const move = {
      target: roster,
      source: '/etc/usher/.users.yaml.usher-restore',
      aside: `${roster}.before-restore-t`,
    }
    writeFileSync(`${state}/restore.json`, JSON.stringify({ format: 1, stamp: 't', moves: [move] }), {
      mode: 0o600,
    })
    await expect(worker.start()).rejects.toThrow('finished a restore that was interrupted')
    expect(readFileSync(roster, 'utf8')).toBe(fresh)
    expect(existsSync(`${roster}.before-restore-t`)).toBe(true)
    await worker.start()
    await bot.start()
  })

  test('of what is no backup of this installation changes nothing', async () => {
    writeFileSync(
      `${FOLDER}/evil.tar`,
      makeTar([{ name: '../../etc/cron.d/x', text: '* * * * * root id\n' }]),
    )
    const refused = await stopped(() => restore('evil.tar', '--yes'))
    expect([refused.status, existsSync('/etc/cron.d/x')]).toEqual([2, false])
    expect(refused.stderr).toContain('none of the files of a backup')
    chmodSync(`${FOLDER}/good.tar`, 0o600)
  })

  test('brings people’s folders back as they were, owners and modes included', async () => {
    const { osUser, id, uid } = await onboard()
    const memory = `${data}/memory/${id}/MEMORY.md`
    execFileSync('setpriv', [
      `--reuid=${uid}`,
      `--regid=${uid}`,
      '--clear-groups',
      'ln',
      '-s',
      '/etc/shadow',
      `${data}/memory/${id}/link`,
    ])
    expect((await backup('data.tar', '--data')).status).toBe(0)
    writeFileSync(memory, 'overwritten')
    const restored = await stopped(() => restore('data.tar', '--yes'))
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    expect(readFileSync(memory, 'utf8')).toBe('# Memory\n')
    expect([statSync(memory).uid, statSync(memory).mode & 0o777]).toEqual([uid, 0o600])
    expect(execFileSync('readlink', [`${data}/memory/${id}/link`], { encoding: 'utf8' })).toBe(
      '/etc/shadow\n',
    )
    expect(osUser).not.toBe('')
    expect(existsSync(`${data}/.usher-restore`)).toBe(false)
  })

  const as = (uid: number, program: string, ...args: string[]) =>
    execFileSync('setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', program, ...args])

  test('takes along whatever a person may make: names of any bytes, links beside them', async () => {
    const { id, uid } = await onboard()
    const memory = `${data}/memory/${id}`
    const script = `cd ${memory}; ln -s / $'\\xff'; mkdir $'\\xfe'; echo mine >$'\\xfe/x'`
    as(uid, 'bash', '-c', script)
    expect((await backup('odd.tar', '--data')).stdout).not.toContain('LEFT OUT')
    const restored = await stopped(() => restore('odd.tar', '--yes'))
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    expect(String(as(uid, 'bash', '-c', `cat ${memory}/$'\\xfe/x'`))).toBe('mine\n')
  })

  test('does without a folder that could not be restored, says so, and has everybody else’s', async () => {
    const [deep, other] = [await onboard(), await onboard()]
    const down = `for i in $(seq 18); do mkdir ${'x'.repeat(250)} && cd -P ./${'x'.repeat(250)} || exit 1; done`
    as(deep.uid, 'bash', '-c', `cd ${data}/memory/${deep.id} && ${down}`)
    const made = await backup('deep.tar', '--data')
    expect([made.status, made.stdout]).toEqual([0, expect.stringContaining(`memory/${deep.id} is LEFT OUT`)])
    const memory = `${data}/memory/${other.id}/MEMORY.md`
    writeFileSync(memory, 'overwritten')
    const restored = await stopped(() => restore('deep.tar', '--yes'))
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    expect(readFileSync(memory, 'utf8')).toBe('# Memory\n')
  })
})
