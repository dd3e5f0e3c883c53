import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import koffi from 'koffi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPrograms } from '../../src/provisioning/host/programs/create-programs.ts'
import { endProcessesOf, processesOf } from '../../src/provisioning/host/programs/end-processes.ts'
import type { PersonIdentity } from '../../src/provisioning/host/programs/programs.ts'
import { nodeSpawn } from '../../src/provisioning/host/programs/spawn-node.ts'
import { createPosixSpawn } from '../../src/provisioning/host/programs/spawn-posix.ts'

const programs = createPrograms('system')
const person: PersonIdentity = {
  osUser: 'maria',
  uid: 4301,
  gid: 4301,
  home: '/home/maria',
  shell: '/bin/bash',
}
const other = 'kai'

/** Runs a constant script, so that tests can say what a program does. */
const script = (text: string, ...operands: string[]): [string, ...string[]] => [
  '/bin/sh',
  '-c',
  text,
  'sh',
  ...operands,
]

beforeAll(() => {
  execFileSync('groupadd', ['--gid', '4400', 'crew'])
  execFileSync('useradd', ['-m', '--uid', '4301', '-G', 'crew', 'maria'])
  execFileSync('useradd', ['-m', '--uid', '4302', other])
  // What sudo would do: become somebody else without being root.
  copyFileSync('/usr/bin/setpriv', '/var/lib/become')
  chmodSync('/var/lib/become', 0o4755)
})

afterAll(() => {
  for (const name of ['maria', other]) execFileSync('userdel', ['-r', name], { stdio: 'ignore' })
  execFileSync('groupdel', ['crew'])
  rmSync('/var/lib/become')
})

test('a program gets no descriptor that we were started with, whoever started us', async () => {
  // As a shell hands it on; what Node opens itself is closed anyway.
  const inherited = koffi.load('libc.so.6').func('int open(const char *, int)')('/etc/shadow', 0)
  expect(inherited).toBeGreaterThan(2)
  const listed = await programs.run('/bin/ls', ['/proc/self/fd'])
  const asPerson = await programs.runAsPerson(person, ['/bin/ls', '/proc/self/fd'])
  closeSync(inherited)
  expect([listed.stdout, asPerson.stdout]).toEqual(['0\n1\n2\n3\n', '0\n1\n2\n3\n'])
})

describe.each([
  ['posix_spawn', createPosixSpawn],
  ["Node's own spawn", () => nodeSpawn],
])('a program, started by %s,', (_name, createSpawn) => {
  const programs = createPrograms('system', createSpawn)
  const runScript = (text: string, options = {}) => {
    const [program, ...args] = script(text)
    return programs.run(program, args, options)
  }

  test('gets nothing of our environment, our working folder, our umask or our terminal', async () => {
    process.env['USHER_TELEGRAM_TOKEN'] = 'secret'
    process.env['NOTIFY_SOCKET'] = '/run/notify'
    const result = await runScript('env; pwd; umask; readlink /proc/self/fd/0; ps -o sid= -p $$; echo $$')
    delete process.env['USHER_TELEGRAM_TOKEN']
    delete process.env['NOTIFY_SOCKET']
    expect(result.ok).toBe(true)
    const lines = result.stdout.trim().split('\n')
    const [session, pid] = lines.splice(-2).map(Number)
    expect(session).toBe(pid)
    expect(lines.filter((line) => !line.startsWith('_=')).sort()).toEqual(
      ['/', '/dev/null', '0077', 'PWD=/'].sort(),
    )
  })

  test('gets no descriptor above 2, whatever we have open', async () => {
    const open = Array.from({ length: 20 }, () => openSync('/etc/passwd', 'r'))
    const result = await programs.run('/bin/ls', ['/proc/self/fd'])
    for (const descriptor of open) closeSync(descriptor)
    expect(result.stdout).toBe('0\n1\n2\n3\n') // 3 is the folder that is being listed
  })

  test('may write no core file', async () => {
    expect((await runScript('ulimit -Hc; ulimit -Sc')).stdout).toBe('0\n0\n')
  })

  test('gets its arguments as they are and what it reads on its input', async () => {
    const odd = ['a b', '$HOME', '`id`', '--', "'", '*', '']
    expect((await programs.run('/usr/bin/printf', ['%s\\n', ...odd])).stdout).toBe(`${odd.join('\n')}\n`)
    expect((await programs.run('/bin/cat', [], { stdin: Buffer.from('given\n') })).stdout).toBe('given\n')
  })

  test('that does not read its input is no failure of ours', async () => {
    expect(await programs.run('/bin/true', [], { stdin: Buffer.alloc(1 << 20) })).toMatchObject({ ok: true })
  })

  test('that fails is reported with its status and what it said', async () => {
    const result = await runScript('echo progress; echo "cannot do it" >&2; exit 9')
    expect(result).toMatchObject({
      ok: false,
      status: 9,
      failure: { code: 'program_failed', params: { program: '/bin/sh', status: 9 }, detail: 'cannot do it' },
      stdout: 'progress\n',
    })
  })

  test('that a signal ends is a failure', async () => {
    expect(await runScript('kill -SEGV $$')).toMatchObject({
      ok: false,
      failure: { params: { status: 'SIGSEGV' } },
    })
  })

  test('that is missing is named', async () => {
    const missing = await programs.run('/usr/sbin/no-such-program', [])
    expect(missing).toMatchObject({
      ok: false,
      failure: { code: 'program_missing', params: { program: '/usr/sbin/no-such-program' } },
    })
  })

  test('must be named by an absolute path', async () => {
    await expect(programs.run('sh', [])).rejects.toThrow('not an absolute path')
  })

  test('cannot be given a NUL, and that is an answer and no exception', async () => {
    expect(await programs.run('/bin/echo', ['a\0b'])).toMatchObject({
      ok: false,
      failure: { code: 'program_failed' },
    })
  })

  test('is not started when we must stop already', async () => {
    const result = await runScript('echo > /tmp/started', { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ ok: false, failure: { code: 'interrupted' } })
    expect(existsSync('/tmp/started')).toBe(false)
  })

  test('that writes 300 MB costs no memory and is kept to 16 KiB of each stream', async () => {
    const before = process.memoryUsage.rss()
    const result = await runScript('head -c 300000000 /dev/zero; head -c 300000000 /dev/zero >&2')
    expect(result.ok).toBe(true)
    expect([result.stdout.length, result.stderr.length]).toEqual([16_384, 16_384])
    expect(process.memoryUsage.rss() - before).toBeLessThan(150e6) // not 600
  })

  test('is noticed to end among many, beside one that Node itself waits for, and none leaves a descriptor', async () => {
    await runScript('exit 0')
    const descriptors = () => readdirSync('/proc/self/fd').length
    const before = descriptors()
    const nodesOwn = once(spawn('/bin/sh', ['-c', 'exit 7'], { stdio: 'ignore' }), 'exit')
    const statuses = Array.from({ length: 40 }, (_, n) => n)
    const results = await Promise.all(statuses.map((status) => runScript(`exit ${status}`)))
    expect(results.map((result) => (result.ok ? 0 : result.status))).toEqual(statuses)
    expect((await nodesOwn)[0]).toBe(7)
    await expect.poll(descriptors).toBe(before)
  })

  test('that cannot be started leaves no descriptor, and that is an answer and no exception', async () => {
    const before = readdirSync('/proc/self/fd').length
    const huge = await programs.run('/bin/echo', ['x'.repeat(1 << 21)], { stdin: 'unread' })
    expect(huge).toMatchObject({ ok: false, failure: { params: { status: 'not started' } } })
    expect(await programs.run('/etc/passwd', [])).toMatchObject({ ok: false, status: null })
    await expect.poll(() => readdirSync('/proc/self/fd').length).toBe(before)
  })

  test('loses nothing of what it said when we have no time to listen', async () => {
    const sleepWithoutTurn = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
    // The second program ends while the end of the first is being noticed, and then nobody reads for longer than its pipes last.
    const whileNoticing = () => sleepWithoutTurn(300)
    process.once('SIGCHLD', whileNoticing)
    const first = runScript('exec true').then(() => sleepWithoutTurn(300))
    const second = runScript('sleep 0.1; echo said; echo complained >&2')
    await first
    expect(await second).toMatchObject({ ok: true, stdout: 'said\n', stderr: 'complained\n' })
  })

  test('that takes too long is ended with its group, and what it had said is kept', async () => {
    const result = await runScript('echo begun; sleep 61 & sleep 61', { timeoutMs: 200 })
    expect(result).toMatchObject({
      ok: false,
      status: null,
      failure: { code: 'timed_out' },
      stdout: 'begun\n',
    })
    expect(result.durationMs).toBeLessThan(1000)
    await noneLeft(['sleep 61'])
  })

  test('ends when we are told to stop', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    expect(await runScript('sleep 62', { signal: stop.signal })).toMatchObject({
      ok: false,
      failure: { code: 'interrupted' },
    })
    await noneLeft(['sleep 62'])
  })

  test('settles soon after its own end although a grandchild keeps its pipes', async () => {
    const result = await runScript('setsid sleep 63 & echo $!')
    expect(result).toMatchObject({ ok: true })
    expect(result.durationMs).toBeLessThan(1000)
    process.kill(Number(result.stdout), 'SIGKILL')
    await noneLeft(['sleep 63'])
  })

  test('settles at its deadline although a grandchild outside its group keeps its pipes', async () => {
    const result = await runScript('setsid sleep 64 & echo $!; sleep 64', { timeoutMs: 200 })
    expect(result).toMatchObject({ ok: false, failure: { code: 'timed_out' } })
    expect(result.durationMs).toBeLessThan(1000)
    process.kill(Number(result.stdout), 'SIGKILL')
    await noneLeft(['sleep 64'])
  })
})

describe('a program of a person', () => {
  test('has the identity of a login, all groups included, and nothing of root', async () => {
    const result = await programs.runAsPerson(
      person,
      script('id -u; id -g; id -G; grep -E "Cap(Prm|Eff)|NoNew" /proc/self/status'),
    )
    expect(result.ok).toBe(true)
    const none = '0000000000000000'
    expect(result.stdout).toBe(`4301\n4301\n4301 4400\nCapPrm:\t${none}\nCapEff:\t${none}\nNoNewPrivs:\t1\n`)
  })

  test('has the environment of a login and nothing else', async () => {
    const result = await programs.runAsPerson(person, ['/usr/bin/env'], { path: ['/opt/bin', '/bin'] })
    expect(result.stdout.trim().split('\n').sort()).toEqual([
      'HOME=/home/maria',
      'LANG=C.UTF-8',
      'LOGNAME=maria',
      'PATH=/opt/bin:/bin',
      'SHELL=/bin/bash',
      'USER=maria',
    ])
  })

  test('starts in /, with umask 077, no core files, no terminal and nothing open but its three streams', async () => {
    const result = await programs.runAsPerson(
      person,
      script('pwd; umask; ulimit -Hc; ls /proc/self/fd | wc -l; tty'),
    )
    expect(result.stdout).toBe('/\n0077\n0\n4\nnot a tty\n')
  })

  test('works for an account that is expired and locked and has no shell', async () => {
    execFileSync('usermod', ['--expiredate', '1', '--lock', '--shell', '/usr/sbin/nologin', 'maria'])
    const result = await programs.runAsPerson({ ...person, shell: '/usr/sbin/nologin' }, [
      '/usr/bin/id',
      '-un',
    ])
    expect(result).toMatchObject({ ok: true, stdout: 'maria\n' })
  })

  test('passes on input, output, and the status of a failure', async () => {
    const result = await programs.runAsPerson(person, script('cat; echo no >&2; exit 7'), {
      stdin: 'given\n',
    })
    expect(result).toMatchObject({ ok: false, status: 7, stdout: 'given\n', failure: { detail: 'no' } })
  })

  test('sees the processes of its own namespace only', async () => {
    const result = await programs.runAsPerson(person, script('ls -d /proc/[0-9]* | wc -l'))
    expect(Number(result.stdout)).toBeLessThan(5)
  })

  test.for([
    ['a child of another session', 'setsid sleep 71 &'],
    ['a daemon that forked twice and closed everything', '(setsid sh -c "sleep 71 & exit" <&- >&- 2>&- &);'],
    ['a child that ignores every signal it can', '(trap "" HUP INT TERM; sleep 71) &'],
  ] as const)('leaves nothing behind when it ends: %s', async ([, text]) => {
    expect(await programs.runAsPerson(person, script(`${text} sleep 0.05`))).toMatchObject({ ok: true })
    expect(processesOf(person.uid)).toEqual([])
  })

  test('leaves nothing behind when it is too slow', async () => {
    const daemon = '(setsid sh -c "sleep 72 & exit" <&- >&- 2>&- &); setsid sleep 72 & trap "" TERM; sleep 72'
    const result = await programs.runAsPerson(person, script(daemon), { timeoutMs: 200 })
    expect(result).toMatchObject({ ok: false, failure: { code: 'timed_out' } })
    expect(result.durationMs).toBeLessThan(1500)
    expect(processesOf(person.uid)).toEqual([])
    await noneLeft(['unshare', 'sleep 72'])
  })

  test('is ended in whatever moment of its start we are told to stop', async () => {
    for (let delay = 0; delay < 12; delay++) {
      const stop = new AbortController()
      setTimeout(() => stop.abort(), delay)
      const result = await programs.runAsPerson(person, script('setsid sleep 73 & sleep 73'), {
        signal: stop.signal,
      })
      expect(result).toMatchObject({ ok: false, failure: { code: 'interrupted' } })
      expect(processesOf(person.uid)).toEqual([])
    }
    await noneLeft(['unshare', 'sleep 73'])
  })

  test('is never root', async () => {
    await expect(programs.runAsPerson({ ...person, uid: 0 }, ['/bin/true'])).rejects.toThrow('uid 0')
  })

  describe('through the service that becomes them', () => {
    const become = ['/var/lib/become', '--reuid=4301', '--regid=4301', '--init-groups', '--']

    test('is started as the account of the service, which may become the person', async () => {
      const asService = await programs.runAsPerson(person, ['/usr/bin/id', '-un'], {
        via: { user: other, argv: ['/usr/bin/env'] },
      })
      expect(asService).toMatchObject({ ok: true, stdout: 'kai\n' })
      const through = await programs.runAsPerson(person, ['/usr/bin/id', '-un'], {
        via: { user: other, argv: become },
      })
      expect(through).toMatchObject({ ok: true, stdout: 'maria\n' })
    })

    test('leaves nothing of either behind when it is too slow', async () => {
      const via = { user: other, argv: become }
      const result = await programs.runAsPerson(person, script('setsid sleep 74 & sleep 74'), {
        via,
        timeoutMs: 200,
      })
      expect(result).toMatchObject({ ok: false, failure: { code: 'timed_out' } })
      expect([...processesOf(4301), ...processesOf(4302)]).toEqual([])
    })

    test.for(['root', 'nobody-of-this-name', '-h'])(
      'is refused when the service would be %s',
      async (user) => {
        const result = await programs.runAsPerson(person, ['/usr/bin/id'], { via: { user, argv: [] } })
        expect(result).toMatchObject({ ok: false, failure: { code: 'via_failed', params: { user } } })
      },
    )
  })
})

describe('ending the processes of an account', () => {
  const stop = new AbortController().signal

  test('ends what runs as it, sessions of their own included, and nothing else', async () => {
    const started = [start('maria', 'setsid sleep 81 & setsid sleep 81 & wait'), start(other, 'sleep 81')]
    await eventually(() => processesOf(4301).length >= 3 && processesOf(4302).length >= 1)
    const result = await programs.endProcessesOf(4301, stop)
    expect(result.left).toEqual([])
    expect(result.ended).toBeGreaterThanOrEqual(3)
    expect(processesOf(4302).length).toBeGreaterThanOrEqual(1)
    await programs.endProcessesOf(4302, stop)
    await Promise.all(started.map(({ closed }) => closed))
  })

  test('ends one that only keeps the account as its real uid', async () => {
    const child = spawn('/usr/bin/setpriv', ['--ruid=4301', 'sleep', '82'], { stdio: 'ignore' })
    const closed = new Promise((resolve) => child.once('close', resolve))
    await eventually(() => processesOf(4301).length === 1)
    expect(await programs.endProcessesOf(4301, stop)).toEqual({ ended: 1, left: [] })
    await closed
  })

  test('ends what runs under a uid that is lent to it, which the next account would be given', async () => {
    const lent = /^maria:(\d+):/m.exec(readFileSync('/etc/subuid', 'utf8'))?.[1]
    const child = spawn(
      '/usr/bin/setpriv',
      [`--reuid=${Number(lent) + 7}`, '--clear-groups', 'sleep', '83'],
      {
        stdio: 'ignore',
      },
    )
    const closed = new Promise((resolve) => child.once('close', resolve))
    await eventually(() => processesOf(4301).length === 1)
    expect(await programs.endProcessesOf(4301, stop)).toEqual({ ended: 1, left: [] })
    await closed
  })

  test('spares what somebody else runs whose setuid program the account has started', async () => {
    const own = start(other, 'exec sleep 85')
    // New ones all the time, so that more than one pass is needed.
    const text =
      'n=0; while [ $n -lt 150 ]; do n=$((n+1)); setpriv --ruid=4301 --euid=4302 sleep 5 & done; wait'
    const child = spawn('/bin/sh', ['-c', text], { stdio: 'ignore' })
    const closed = new Promise((resolve) => child.once('close', resolve))
    await eventually(() => processesOf(4301).length >= 2)
    expect((await programs.endProcessesOf(4301, stop)).left).toEqual([])
    expect(commandLines().some((line) => line.endsWith('sleep 85'))).toBe(true)
    await programs.endProcessesOf(4302, stop)
    await Promise.all([closed, own.closed])
  })

  test('spares a lent uid that a directory service has given to an account', async () => {
    const lent = Number(/^maria:(\d+):/m.exec(readFileSync('/etc/subuid', 'utf8'))?.[1]) + 9
    const child = spawn('/usr/bin/setpriv', [`--reuid=${lent}`, '--clear-groups', 'sleep', '87'], {
      stdio: 'ignore',
    })
    const closed = new Promise((resolve) => child.once('close', resolve))
    await eventually(() => processesOf(4301).length === 1)
    const asked: string[][] = []
    const run: typeof programs.run = async (program, args, options) => {
      if (program !== '/usr/bin/getent') return programs.run(program, args, options)
      asked.push([...args])
      return { ok: true, stdout: `far:x:${lent}:1:::/bin/sh\n`, stderr: '', durationMs: 0 }
    }
    expect(await endProcessesOf(run, 'pid-namespace', 4301, stop)).toEqual({ ended: 0, left: [] })
    expect(asked).toEqual([['--', 'passwd', String(lent)]])
    expect(child.kill('SIGKILL')).toBe(true)
    await closed
  })

  test('spares a uid that is lent to somebody else as well', async () => {
    const before = readFileSync('/etc/subuid', 'utf8')
    const lent = Number(/^maria:(\d+):/m.exec(before)?.[1]) + 7
    appendFileSync('/etc/subuid', `${other}:${lent}:1\n`)
    const child = spawn('/usr/bin/setpriv', [`--reuid=${lent}`, '--clear-groups', 'sleep', '84'], {
      stdio: 'ignore',
    })
    const closed = new Promise((resolve) => child.once('close', resolve))
    try {
      await eventually(() => commandLines().some((line) => line.endsWith('sleep 84')))
      expect(await programs.endProcessesOf(4301, stop)).toEqual({ ended: 0, left: [] })
      expect(child.kill('SIGKILL')).toBe(true)
      await closed
    } finally {
      writeFileSync('/etc/subuid', before)
    }
  })

  test('ends one that forks faster than a list can be read', async () => {
    const bomb = start('maria', 'f() { sleep 0.01; f & f & }; f; wait')
    await eventually(() => processesOf(4301).length > 10)
    expect((await programs.endProcessesOf(4301, stop)).left).toEqual([])
    expect(processesOf(4301).filter(({ state }) => state !== 'Z')).toEqual([])
    await bomb.closed
  })

  test('finds nothing to end for an account that runs nothing', async () => {
    expect(await programs.endProcessesOf(4301, stop)).toEqual({ ended: 0, left: [] })
  })

  test.for([0, -1, 1.5])('is refused for uid %s', async (uid) => {
    await expect(programs.endProcessesOf(uid, stop)).rejects.toThrow('not a person')
  })

  function start(name: string, text: string) {
    const become = [`--reuid=${name}`, `--regid=${name}`, '--clear-groups', '--']
    const args = ['--nproc=40:40', '/usr/bin/setpriv', ...become, '/bin/sh', '-c', text]
    const child = spawn('/usr/bin/prlimit', args, { stdio: 'ignore' })
    return { closed: new Promise((resolve) => child.once('close', resolve)) }
  }
})

async function eventually(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 250; tries++) {
    if (condition()) return
    await sleep(20)
  }
  throw new Error('cannot wait any longer for what should have come')
}

/** Waits until no process of this sandbox has a command line with any of these in it. */
async function noneLeft(parts: string[]): Promise<void> {
  await eventually(() => commandLines().every((line) => !parts.some((part) => line.includes(part))))
}

function commandLines(): string[] {
  return execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => !line.startsWith('Z') && !line.includes('ps -eo'))
}

test('the sandbox has a /proc of its own', () => {
  expect(readFileSync('/proc/self/status', 'utf8')).toContain(`Pid:\t${process.pid}`)
})
