import { execFileSync } from 'node:child_process'
import { closeSync, lstatSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer, createServer as createTcpServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPeerReader, descriptorOf, type PeerCredentials } from '../../src/peer/peer-credentials.ts'
import { OPERATIONS } from '../../src/protocol/operations.ts'
import { listenAt } from '../../src/worker/gate/listen.ts'
import { startGates, type TestGates } from './support/gates.ts'
import { exchange, type Peer, post, requestBytes } from './support/raw.ts'

const ANNA: Peer = { uid: 4001, gid: 4001 }
const BOT = { user: 'usher-bot-test', uid: 4002, gid: 4002 }
const WITNESS = { user: 'usher-witness-test', uid: 4003, gid: 4003 }
const APPROVER = { user: 'usher-approver-test', uid: 4004, gid: 4004 }
let gates: TestGates

beforeAll(async () => {
  // Real accounts, in this sandbox's own /etc.
  for (const [name, { uid }] of [
    ['anna', ANNA],
    [BOT.user, BOT],
    [WITNESS.user, WITNESS],
    [APPROVER.user, APPROVER],
  ] as const) {
    execFileSync('useradd', ['--uid', String(uid), '--no-create-home', name])
  }
  gates = await startGates(BOT, { witness: WITNESS, approver: APPROVER })
  execFileSync('chmod', ['755', gates.folder])
  gates.roster.push({ telegram_id: 1, name: 'Anna', os_user: 'anna', role: 'admin' })
})
afterAll(async () => {
  await gates.close()
  for (const name of ['anna', BOT.user, WITNESS.user, APPROVER.user]) execFileSync('userdel', [name])
})
beforeEach(() => {
  gates.executed.length = 0
})

describe('the files of the sockets', () => {
  test('have owners and modes that let in whom they are for', () => {
    const facts = (path: string) => {
      const { uid, mode } = lstatSync(path)
      return `${uid} ${(mode & 0o7777).toString(8)}`
    }
    expect(facts(gates.run)).toBe('0 755')
    expect(facts(gates.socket('admin'))).toBe('0 600')
    expect(facts(gates.socket('bot'))).toBe(`${BOT.uid} 600`)
    expect(facts(gates.socket('worker'))).toBe('0 666')
    expect(facts(gates.socket('witness'))).toBe(`${WITNESS.uid} 600`)
    expect(facts(gates.socket('approver'))).toBe(`${APPROVER.uid} 600`)
  })

  test('keep other accounts off the sockets of operator, bot, witness and approver', async () => {
    const owners = { admin: null, bot: BOT, witness: WITNESS, approver: APPROVER }
    for (const [listener, owner] of Object.entries(owners) as [keyof typeof owners, Peer | null][]) {
      for (const peer of [ANNA, BOT, WITNESS, APPROVER].filter((one) => one !== owner)) {
        expect((await exchange(gates.socket(listener), post('whoami', {}), peer)).text).toBe('')
      }
    }
    expect(gates.executed).toEqual([])
  })
})

describe('the peer', () => {
  test('that has no account shares one place with all such, so that lent uids cannot fill the socket', async () => {
    const path = gates.socket('worker')
    const idle = Array.from({ length: 20 * 16 }, (_, index) => {
      // The kernel notes the effective uid of the moment.
      process.seteuid?.(300_000 + Math.floor(index / 16))
      const socket = connect(path).on('error', () => {})
      process.seteuid?.(0)
      return socket
    })
    try {
      await new Promise((resolve) => setTimeout(resolve, 500))
      // The place of one, and a few who are still being told that there is no more.
      expect(
        idle.filter(({ destroyed, readyState }) => !destroyed && readyState === 'open').length,
      ).toBeLessThan(60)
      expect((await exchange(path, post('whoami', {}), ANNA)).status).not.toBeNull()
      expect(gates.executed).toMatchObject([{ caller: { actor: { osUser: 'anna' } } }])
    } finally {
      for (const socket of idle) socket.destroy()
    }
  })

  test('is whom the kernel names: uid 0, the bot, a person', async () => {
    await exchange(gates.socket('admin'), post('whoami', {}))
    await exchange(gates.socket('bot'), post('whoami', {}), BOT)
    await exchange(gates.socket('bot'), post('whoami', {}, { 'usher-on-behalf-of-telegram': '1' }), BOT)
    await exchange(gates.socket('worker'), post('whoami', {}), ANNA)
    expect(gates.executed.map(({ caller }) => [caller.actor, caller.role])).toEqual([
      [{ kind: 'operator', uid: 0 }, 'operator'],
      [{ kind: 'bot' }, 'bot'],
      [{ kind: 'telegram', telegramId: 1 }, 'admin'],
      [{ kind: 'os', uid: ANNA.uid, osUser: 'anna' }, 'admin'],
    ])
  })

  test('that is the witness or the approver is only that, and speaks for nobody unless it is the approver', async () => {
    const asserting = { 'usher-on-behalf-of-telegram': '1' }
    await exchange(gates.socket('witness'), post('whoami', {}), WITNESS)
    await exchange(gates.socket('approver'), post('whoami', {}), APPROVER)
    await exchange(gates.socket('approver'), post('whoami', {}, asserting), APPROVER)
    expect(gates.executed.map(({ caller }) => [caller.actor, caller.role, caller.personKey])).toEqual([
      [{ kind: 'witness' }, 'witness', null],
      [{ kind: 'approver', telegramId: null }, 'approver', null],
      [{ kind: 'approver', telegramId: 1 }, 'admin', 'person:1'],
    ])
    gates.executed.length = 0
    const refused = [
      await exchange(gates.socket('witness'), post('whoami', {}, asserting), WITNESS),
      await exchange(gates.socket('witness'), post('whoami', {})),
      await exchange(gates.socket('approver'), post('whoami', {}, asserting)),
    ]
    expect(refused.map(({ status }) => status)).toEqual([400, 403, 403])
    expect(gates.executed).toEqual([])
  })

  test('that is the witness gets nothing but what it is for, and the approver nothing but reading and deciding', {
    timeout: 120_000,
  }, async () => {
    const reach = async (listener: 'witness' | 'approver', peer: Peer, headers: Record<string, string>) => {
      const reached: string[] = []
      for (const operation of Object.keys(OPERATIONS)) {
        const bytes = post(operation, {}, { 'idempotency-key': 'k', ...headers })
        let { status } = await exchange(gates.socket(listener), bytes, peer)
        while (status === 429) {
          await new Promise((resolve) => setTimeout(resolve, 200))
          status = (await exchange(gates.socket(listener), bytes, peer)).status
        }
        if (status !== 403) reached.push(operation)
      }
      return reached
    }
    const sending = ['witness.pending', 'witness.sent', 'witness.cleared']
    expect(await reach('witness', WITNESS, {})).toEqual(['whoami', ...sending])
    expect(await reach('approver', APPROVER, {})).toEqual(['whoami'])
    const asAdmin = { 'usher-on-behalf-of-telegram': '1' }
    expect(await reach('approver', APPROVER, asAdmin)).toEqual([
      ...['whoami', 'request.confirm', 'request.deny', 'request.list', 'request.get'],
    ])
    const events = requestBytes('GET /v1/events?after=0')
    expect((await exchange(gates.socket('witness'), events, WITNESS)).status).toBe(403)
    expect((await exchange(gates.socket('approver'), events, APPROVER)).status).toBe(403)
  })

  test('is refused on the socket of the bot when it is root, and on worker.sock when no account has its uid', async () => {
    const root = await exchange(
      gates.socket('bot'),
      post('whoami', {}, { 'usher-on-behalf-of-telegram': '1' }),
    )
    const nobody = await exchange(gates.socket('worker'), post('whoami', {}), { uid: 300_000, gid: 300_000 })
    for (const { status, body } of [root, nobody]) {
      expect({ status, body }).toMatchObject({ status: 403, body: { error: { code: 'not_permitted' } } })
    }
    expect(gates.executed).toEqual([])
  })

  test('is looked up in roster and passwd for each request', async () => {
    const [entry] = gates.roster.splice(0)
    await exchange(gates.socket('worker'), post('whoami', {}), ANNA)
    gates.roster.push(entry!)
    expect(gates.executed.map(({ caller }) => caller.role)).toEqual(['public'])
  })

  test('that is the uid of an admin decides nothing on worker.sock', async () => {
    const digest = 'd'.repeat(22)
    const inputs = {
      'request.approve': { id: 1, digest },
      'request.confirm': { id: 1, digest },
      'request.deny': { id: 1 },
      'run.undo': { run_id: 1 },
      'run.retry': { run_id: 1 },
      'run.keep': { run_id: 1 },
      'run.resume': { run_id: 1 },
      'run.abandon': { run_id: 1, reason: 'so be it' },
      'host.check-account': { os_user: 'ada' },
    } as const
    for (const [operation, input] of Object.entries(inputs)) {
      const headers = { 'idempotency-key': `k-${operation}` }
      const { status, body } = await exchange(gates.socket('worker'), post(operation, input, headers), ANNA)
      expect({ status, body }).toMatchObject({ status: 403, body: { error: { code: 'not_permitted' } } })
    }
    expect(gates.executed).toEqual([])
  })

  test('that is the bot for itself gets whoami, its own name and alarm, events, and nothing else', {
    timeout: 120_000,
  }, async () => {
    for (const operation of Object.keys(OPERATIONS)) {
      if (['whoami', 'bot.introduce', 'chat.alarm'].includes(operation)) continue
      const { status } = await exchange(
        gates.socket('bot'),
        post(operation, {}, { 'idempotency-key': 'k' }),
        BOT,
      )
      expect(status, operation).toBe(403)
    }
    expect(gates.executed).toEqual([])
  })

  test('is told nothing of events that it may not see, and of those that it may, all', async () => {
    gates.append({ of: 'anna' }, 1)
    gates.append({ of: 'somebody else' }, 2)
    gates.append({ of: 'anna again' }, 1)
    const following = exchange(gates.socket('worker'), requestBytes('GET /v1/events?after=0'), ANNA)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    // Losing the account ends the stream with the next event, before that event is looked at.
    gates.roster.splice(0)
    gates.append({ of: 'later' }, 1)
    const { text } = await following
    expect(text.match(/"of":"[^"]*"/g)).toEqual(['"of":"anna"', '"of":"anna again"'])
  })
})

describe('credentials', () => {
  const read = createPeerReader()

  async function accepted(server: Server, dial: () => ReturnType<typeof connect>) {
    const arrived = new Promise<import('node:net').Socket>((resolve) => server.once('connection', resolve))
    const client = dial()
    return { socket: await arrived, client }
  }

  test('of a closed descriptor, a destroyed socket or none are unknown, never uid 0', async () => {
    const server = createServer().listen(join(gates.folder, 'x.sock'))
    const { socket, client } = await accepted(server, () => connect(join(gates.folder, 'x.sock')))
    const descriptor = descriptorOf(socket)
    expect(read(descriptor)).toEqual({ known: true, uid: 0 })
    socket.destroy()
    await new Promise((resolve) => socket.once('close', resolve))
    const answers: PeerCredentials[] = [-1, 0, 1.5, Number.NaN, descriptorOf(socket), 999_999].map(read)
    client.destroy()
    server.close()
    for (const answer of answers) expect(answer.known).toBe(false)
  })

  test('of a file are unknown', () => {
    const file = openSync('/etc/passwd', 'r')
    expect(read(file).known).toBe(false)
    closeSync(file)
  })

  test('of a TCP connection are unknown', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const { socket, client } = await accepted(server, () => connect(port, '127.0.0.1'))
    expect(read(descriptorOf(socket))).toMatchObject({ known: false })
    socket.destroy()
    client.destroy()
    server.close()
  })
})

describe('a socket that is there already', () => {
  const listen = async (path: string) => {
    const server = createServer()
    const result = await listenAt(server, { path, mode: 0o600, owner: { uid: 0, gid: 0 } }, 0)
    return { server, result }
  }

  test('is replaced when nobody listens on it any more', async () => {
    const path = join(gates.folder, 'stale.sock')
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    expect(() => execFileSync(process.execPath, ['-e', script])).toThrow()
    expect(lstatSync(path).isSocket()).toBe(true)
    const { server, result } = await listen(path)
    server.close()
    expect(result.ok).toBe(true)
  })

  test('stays when somebody listens on it', async () => {
    expect((await listen(gates.socket('admin'))).result).toMatchObject({ ok: false, code: 'in_use' })
    expect((await exchange(gates.socket('admin'), requestBytes('GET /v1/version'))).status).toBe(200)
  })

  test('stays when it is a file, a folder, a link or a socket of somebody else', async () => {
    const at = (name: string) => join(gates.folder, name)
    writeFileSync(at('file.sock'), 'precious')
    mkdirSync(at('folder.sock'))
    symlinkSync(gates.socket('admin'), at('link.sock'))
    const theirs = createServer().listen(at('theirs.sock'))
    execFileSync('chown', [String(ANNA.uid), at('theirs.sock')])
    for (const name of ['file.sock', 'folder.sock', 'link.sock', 'theirs.sock']) {
      const before = lstatSync(at(name)).ino
      const { result } = await listen(at(name))
      expect(result).toMatchObject({ ok: false, code: 'unusable' })
      expect(result.ok ? '' : result.message).toContain(at(name))
      expect(lstatSync(at(name)).ino).toBe(before)
    }
    theirs.close()
  })
})
