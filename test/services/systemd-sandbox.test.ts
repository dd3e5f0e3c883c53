import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bootSystemd, withSystemd } from '../support/systemd-sandbox/systemd-sandbox.ts'

const exists = (pid: number) => existsSync(`/proc/${pid}`)

/** The folder of the cgroup in which the sandbox with this first process lives. */
function cgroupOf(pid: number): string {
  const mounted = /^\S+ (\S+) cgroup2/m.exec(readFileSync('/proc/mounts', 'utf8'))![1]!
  const path = /^0::(.*\/usher-sandbox-\d+)/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))![1]!
  return join(mounted, path)
}

async function eventually(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 250 && !condition(); tries += 1) await sleep(20)
  return condition()
}

test('boots a systemd that runs units, and that the machine does not notice', async () => {
  const passwd = readFileSync('/etc/passwd', 'utf8')
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  const pid = await withSystemd(async (systemd) => {
    expect(systemd.state).toBe('running')
    const unit = '[Service]\nExecStart=/bin/sleep infinity\nProtectSystem=strict\nPrivateTmp=yes\n'
    await systemd.run(['tee', '/etc/systemd/system/sandboxed.service'], unit)
    const script =
      'systemctl daemon-reload; systemctl start sandboxed; systemctl is-active sandboxed; useradd -m inside'
    expect(await systemd.run(['/bin/sh', '-euc', script])).toMatchObject({ status: 0, stdout: 'active\n' })
    const cat = ['cat', '/opt/usher-checkout/package.json']
    const transient = await systemd.run([
      'systemd-run',
      '--quiet',
      '--wait',
      '--pipe',
      '--uid=inside',
      ...cat,
    ])
    expect(JSON.parse(transient.stdout)).toMatchObject({ name: 'usher' })
    return systemd.pid
  })
  expect(exists(pid)).toBe(false)
  expect(readFileSync('/etc/passwd', 'utf8')).toBe(passwd)
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(mounts)
  expect(existsSync('/etc/systemd/system/sandboxed.service')).toBe(false)
})

test('two run side by side and do not see each other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-systemd-test-'))
  try {
    const [one, two] = await Promise.all([bootSystemd({ rwScratch: folder }), bootSystemd()])
    await one.run(['/bin/sh', '-euc', 'useradd neighbour; echo kept >/run/usher-scratch/file'])
    expect((await two.run(['id', 'neighbour'])).status).toBe(1)
    expect((await one.run(['id', '-un', 'neighbour'])).stdout).toBe('neighbour\n')
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('kept\n')
    await Promise.all([one.stop(), two.stop()])
    expect([exists(one.pid), exists(two.pid)]).toEqual([false, false])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('lets a process that was started inside make cgroups and move its children there', async () => {
  const script = `mkdir /sys/fs/cgroup/runs; sleep 60 & echo $! >/sys/fs/cgroup/runs/cgroup.procs
    echo 1 >/sys/fs/cgroup/runs/cgroup.kill; wait $! || echo $?`
  const { stdout } = await withSystemd((systemd) => systemd.run(['/bin/sh', '-euc', script]))
  expect(stdout).toBe('137\n')
})

test('ends without a trace when the process that booted it is killed', async () => {
  const module = new URL('../support/systemd-sandbox/systemd-sandbox.ts', import.meta.url)
  const code = `import { bootSystemd } from ${JSON.stringify(module.href)}
    console.log((await bootSystemd()).pid)`
  const caller = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const pid = Number(
      await new Promise((resolve) => caller.stdout.setEncoding('utf8').once('data', resolve)),
    )
    const cgroup = cgroupOf(pid)
    expect(existsSync(cgroup)).toBe(true)
    caller.kill('SIGKILL')
    expect(await eventually(() => !exists(pid))).toBe(true)
    expect(await eventually(() => !existsSync(cgroup))).toBe(true)
  } finally {
    caller.kill('SIGKILL')
  }
})
