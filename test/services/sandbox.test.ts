import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  canUnshare,
  checkoutInSandbox,
  collect,
  runInSandbox,
  spawnInSandbox,
} from '../support/sandbox/sandbox.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-sandbox-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const shell = (script: string, ...operands: string[]) =>
  ['/bin/sh', '-euc', script, 'sh', ...operands] as const

/** Names, owners, modes, sizes and contents (of small trees) as one hash. */
function hashOf(...paths: string[]): string {
  const listing = execFileSync('find', [...paths, '-xdev', '-printf', '%p %u %g %m %s %T@ %l\n'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const contents = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) =>
    existsSync(`/etc/${name}`) ? readFileSync(`/etc/${name}`) : '',
  )
  return createHash('sha256').update(listing).update(contents.join('\0')).digest('hex')
}

function mountsOf(): string {
  return readFileSync('/proc/self/mountinfo', 'utf8')
}

function cgroupsOf(pid: number | undefined): string[] {
  const mounted = /^\S+ (\S+) cgroup2/m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1]
  return mounted === undefined ? [] : readdirSync(mounted).filter((name) => name === `usher-sandbox-${pid}`)
}

async function eventually(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 250 && !condition(); tries += 1) await sleep(20)
  return condition()
}

describe('a sandbox', () => {
  test('can be made here', async () => {
    expect(await canUnshare()).toEqual({ ok: true })
  })

  test('gives real accounts and files that the machine never sees', async () => {
    const before = hashOf('/etc', '/home')
    const script =
      'useradd -m --uid 4242 sandboxed; touch /var/lib/sandboxed /home/sandboxed/file /usr/bin/sandboxed; id -un 4242'
    const result = await runInSandbox(shell(script))
    expect(result).toEqual({ status: 0, stdout: 'sandboxed\n', stderr: '' })
    expect(hashOf('/etc', '/home')).toBe(before)
    expect(existsSync('/var/lib/sandboxed')).toBe(false)
    expect(existsSync('/usr/bin/sandboxed')).toBe(false)
  })

  test('leaves no mount on the machine', async () => {
    const before = mountsOf()
    await runInSandbox(['true'])
    expect(mountsOf()).toBe(before)
  })

  test('shows the rest of the machine read-only, and the checkout too', async () => {
    const result = await runInSandbox(
      shell('for d in / /opt/usher-checkout; do touch "$d/x" 2>/dev/null && echo "$d"; done; true'),
    )
    expect(result.stdout).toBe('')
  })

  test('passes on input, output and the exit status', async () => {
    const result = await runInSandbox(shell('cat; echo error >&2; exit 42'), { input: 'line\n' })
    expect(result).toEqual({ status: 42, stdout: 'line\n', stderr: 'error\n' })
  })

  test('reports a command that a signal ended as 128 + its number', async () => {
    expect((await runInSandbox(shell('kill -SEGV $$'))).status).toBe(139)
  })

  test('gives a terminal when it was started on one', () => {
    const command = '"$ENTER" test -t 0 -a -t 1'
    const env = { ...process.env, ENTER: join(checkout, 'test/support/sandbox/enter.sh') }
    execFileSync('script', ['-qec', command, '/dev/null'], { stdio: 'ignore', env })
  })

  test('has a cgroup tree of its own in which groups can be made and killed', async () => {
    const script = `
      cd /sys/fs/cgroup; mkdir a; sleep 60 & echo $! >a/cgroup.procs
      echo 1 >a/cgroup.kill; wait $! || echo "$?"; rmdir a; grep -c . cgroup.procs >/dev/null; cat /proc/self/cgroup | grep ^0:`
    expect((await runInSandbox(shell(script))).stdout).toBe('137\n0::/\n')
  })

  test('does not see another one beside it', async () => {
    const other = spawnInSandbox(shell('useradd -m neighbour; touch /tmp/neighbour; echo ready; read -r _'))
    try {
      const ready = new Promise((resolve) => other.stdout!.once('data', resolve))
      await ready
      const script =
        'id neighbour >&2 || true; ls /home /tmp; ls -d /proc/[0-9]* | wc -l; useradd -m neighbour'
      const seen = await runInSandbox(shell(script))
      expect(seen.stdout).not.toContain('neighbour')
      expect(seen.stdout).toMatch(/^\d\n$/m) // its own few processes
      expect(seen.stderr).toContain('no such user')
      expect(seen.status).toBe(0)
    } finally {
      await collect(other, '\n')
    }
  })

  test('starts its command with nothing open but the three standard streams', async () => {
    const result = await runInSandbox(['/bin/ls', '/proc/self/fd'])
    expect(result.stdout).toBe('0\n1\n2\n3\n') // 3 is the folder that is being listed
  })

  test('reaches nothing but itself when its network is private', async () => {
    const result = await runInSandbox(['cat', '/proc/net/dev'], { privateNetwork: true })
    expect(result.stdout.match(/^ *\w+:/gm)!.map((name) => name.trim())).toEqual(['lo:'])
  })

  test('shows a folder of the machine as writable when asked', async () => {
    await runInSandbox(shell('echo kept >/run/usher-scratch/file'), { rwScratch: folder })
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('kept\n')
  })

  test.for(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'ends whole, without a trace, at %s to the process that holds it',
    async (signal) => {
      const marker = `31${Date.now() % 1_000_000}`
      const script =
        'trap "" INT TERM HUP; mkdir /sys/fs/cgroup/left; setsid sleep "$1" & setsid sleep "$1" & echo ready; wait'
      const held = spawnInSandbox(shell(script, marker))
      try {
        await new Promise((resolve) => held.stdout!.once('data', resolve))
        const alive = () => commandLines().filter((line) => line === `sleep ${marker}`).length
        expect(await eventually(() => alive() === 2)).toBe(true)
        expect(cgroupsOf(held.pid)).toHaveLength(1)
        held.kill(signal)
        const { status, stderr } = await collect(held)
        expect({ status, stderr }).toEqual({
          status: { SIGTERM: 143, SIGINT: 130, SIGKILL: 137 }[signal],
          stderr: '',
        })
        expect(await eventually(() => alive() === 0)).toBe(true)
        expect(await eventually(() => cgroupsOf(held.pid).length === 0)).toBe(true)
      } finally {
        held.kill('SIGKILL')
      }
    },
  )

  test('ends when the process that asked for it is killed', async () => {
    const marker = `32${Date.now() % 1_000_000}`
    const module = new URL('../support/sandbox/sandbox.ts', import.meta.url)
    const code = `import { spawnInSandbox } from ${JSON.stringify(module.href)}
      spawnInSandbox(['sleep', ${JSON.stringify(marker)}], { stdio: 'inherit' })`
    const caller = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' })
    const alive = () => commandLines().includes(`sleep ${marker}`)
    try {
      expect(await eventually(alive)).toBe(true)
      caller.kill('SIGKILL')
      expect(await eventually(() => !alive())).toBe(true)
    } finally {
      caller.kill('SIGKILL')
    }
  })
})

describe('the checkout in a sandbox', () => {
  const asNobody = shell(
    'cd /; exec setpriv --reuid=65534 --regid=65534 --clear-groups cat "$1/package.json"',
    checkoutInSandbox,
  )

  test.for([
    ['below a folder that only root may enter', 'closed'],
    ['at a path with blanks, quotes, commas and colons', `it's a "name", with: $odd\\ things`],
  ])('is readable by every uid when it lies %s', async ([, name]) => {
    const copy = sparseCheckout(join(folder, name!, 'usher'))
    execFileSync('chmod', ['700', join(folder, name!)])
    const result = await runFrom(copy, asNobody)
    expect(result).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toMatchObject({ name: 'usher' })
  })

  test('is readable by every uid when it was cloned under umask 077', async () => {
    const copy = sparseCheckout(join(folder, 'usher'))
    execFileSync('chmod', ['-R', 'go-rwx', copy])
    const result = await runFrom(copy, asNobody)
    expect(result).toMatchObject({ status: 0, stderr: '' })
    const written = await runFrom(copy, shell('touch /opt/usher-checkout/x'))
    expect(written.stderr).toContain('Read-only')
  })

  test.for([
    ['by somebody else', ['chown', '-R', '4242:4242']],
    ['under umask 0', ['chmod', '-R', 'go+w']],
  ] as const)('is for root alone to change when it was cloned %s', async ([, [program, ...options]]) => {
    const copy = sparseCheckout(join(folder, 'usher'))
    execFileSync(program, [...options, copy])
    const others = await runFrom(copy, shell('find . ! -type l \\( ! -uid 0 -o -perm /022 \\)'))
    expect(others).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  /** The sandbox's own files and enough to be recognised. */
  function sparseCheckout(target: string): string {
    mkdirSync(join(target, 'test/support'), { recursive: true })
    cpSync(join(checkout, 'package.json'), join(target, 'package.json'))
    cpSync(join(checkout, 'test/support/sandbox'), join(target, 'test/support/sandbox'), { recursive: true })
    symlinkSync('package.json', join(target, 'link'))
    return target
  }

  const runFrom = (copy: string, argv: readonly string[]) =>
    collect(spawn(join(copy, 'test/support/sandbox/enter.sh'), argv, { stdio: 'pipe' }))
})

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim()
      } catch {
        return ''
      }
    })
}
