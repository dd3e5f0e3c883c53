import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BOT_TOKEN,
  bootUnitHost,
  type ServiceName,
  type UnitHost,
  WITNESS_TOKEN,
} from './support/unit-host.ts'

let host: UnitHost
const shell = (script: string) => host.shell(script)

beforeAll(async () => {
  host = await bootUnitHost({ witness: {}, approver: {} })
  await shell(`useradd --create-home maria; echo private >/home/maria/notes; chmod 644 /home/maria/notes; chmod 755 /home/maria
    echo private >/root/notes; chmod 644 /root/notes; chmod 755 /root
    mkdir -p /var/lib/usher/data/memory/42; echo private >/var/lib/usher/data/memory/42/MEMORY.md
    chmod -R a+rX /var/lib/usher/data
    systemctl start usher-worker`)
})
afterAll(async () => {
  await host?.stop()
})

/** What a line of shell says within a unit: `yes`, or why not. */
const tries = async (unit: ServiceName, script: string) => {
  const { status, text } = await host.within(unit, ['/bin/sh', '-c', script])
  return status === 0 ? 'yes' : (text.trim().split('\n').at(-1) ?? '')
}
/** Whether a node script within a unit succeeds; else the code of its error. */
const node = (code: string) => [
  '/opt/usher/current/bin/node',
  '-e',
  `const fail = (error) => { console.log(error.code ?? error.message); process.exit(1) }
   process.on('uncaughtException', fail)
   ${code}`,
]
const runs = async (unit: ServiceName, code: string) => {
  const { status, text } = await host.within(unit, node(code) as [string, ...string[]])
  return status === 0 ? 'yes' : text.trim()
}

const bots = ['usher-bot', 'usher-witness'] as const

describe.for(bots)('%s, whatever runs in it,', (unit) => {
  const other = unit === 'usher-bot' ? 'usher-witness' : 'usher-bot'

  test('is its own account without any power', async () => {
    const user = unit === 'usher-bot' ? 'usher' : 'usher-witness'
    expect((await host.within(unit, ['/usr/bin/id', '-un'])).text.trim()).toBe(user)
    const { text } = await host.within(unit, [
      '/bin/grep',
      '-E',
      '^(Cap|NoNewPrivs|Seccomp:)',
      '/proc/self/status',
    ])
    expect(text.match(/^Cap\w+:\s+0+$/gm)).toHaveLength(5)
    expect(text).toMatch(/^NoNewPrivs:\s+1$/m)
    expect(text).toMatch(/^Seccomp:\s+2$/m)
  })

  // Files that are 0644 here: their modes alone would let it in.
  test.for([
    '/etc/usher/users.yaml',
    '/etc/usher/secrets.yaml',
    '/etc/usher/telegram-token',
    '/etc/usher/witness-token',
    '/etc/shadow',
    '/etc/gshadow',
    '/home/maria/notes',
    '/root/notes',
    '/var/lib/usher/usher.db',
    '/var/lib/usher/data/memory/42/MEMORY.md',
    `/var/lib/${other}`,
  ])('cannot read %s, even where modes are wrong', async (path) => {
    await shell(`! [ -f ${path} ] || { stat -c %a ${path} >/run/mode; chmod 644 ${path}; }`)
    try {
      const said = await tries(unit, `cat ${path}`)
      expect(said).toMatch(/Permission denied|No such file|Is a directory/)
      expect(
        await tries(unit, `ls ${path.slice(0, path.lastIndexOf('/'))}/* | grep -q . && cat ${path}`),
      ).not.toBe('yes')
    } finally {
      await shell(`[ ! -f /run/mode ] || { chmod $(cat /run/mode) ${path}; rm /run/mode; }`)
    }
  })

  test('gets its token from the service manager alone', async () => {
    const name = unit === 'usher-bot' ? 'telegram-token' : 'witness-token'
    const { text } = await host.within(unit, ['/bin/sh', '-c', `cat $CREDENTIALS_DIRECTORY/${name}`])
    // Its own, not that of the other.
    expect(text.trim()).toBe(unit === 'usher-bot' ? BOT_TOKEN : WITNESS_TOKEN)
    expect(await tries(unit, 'grep -l the-token-of-the- /etc/usher/*')).not.toBe('yes')
  })

  test('writes nowhere but in its own state', async () => {
    const state = `/var/lib/${unit}`
    expect(await tries(unit, `echo x >${state}/x && rm ${state}/x`)).toBe('yes')
    for (const folder of [
      '/etc',
      '/etc/usher',
      '/var/lib',
      '/usr/bin',
      '/opt/usher',
      '/run/usher',
      '/home',
      '/var/log',
    ]) {
      expect([folder, await tries(unit, `echo x >${folder}/x`)]).toEqual([
        folder,
        expect.stringMatching(/Permission denied|Read-only file system/),
      ])
    }
  })

  test('comes to its own socket and to the one for everybody, and to no other', async () => {
    const connects = (socket: string) =>
      runs(
        unit,
        `require('node:net').connect('${socket}').on('connect', () => process.exit(0)).on('error', fail)`,
      )
    const own = unit === 'usher-bot' ? 'bot.sock' : 'witness.sock'
    expect(await connects(`/run/usher/${own}`)).toBe('yes')
    expect(await connects('/run/usher/worker.sock')).toBe('yes')
    for (const socket of ['admin', 'approver', unit === 'usher-bot' ? 'witness' : 'bot']) {
      expect([socket, await connects(`/run/usher/${socket}.sock`)]).toEqual([socket, 'EACCES'])
    }
    expect(await connects('/run/dbus/system_bus_socket')).toMatch(/EACCES|ENOENT|ECONNREFUSED/)
    expect(await connects('/run/systemd/private')).toMatch(/EACCES|ENOENT/)
  })

  test('has the network, and none of its raw forms', async () => {
    const listens = `require('node:net').createServer().listen(0, '127.0.0.1', () => process.exit(0)).on('error', fail)`
    expect(await runs(unit, listens)).toBe('yes')
    expect(await opens(unit, { family: 17, type: 3 })).toMatch(/^errno /)
    expect(await opens(unit, { family: 16, type: 3 })).toMatch(/^errno /)
  })

  test('sees nobody else, becomes nobody else and makes no namespaces', async () => {
    expect(
      (await host.within(unit, ['/bin/sh', '-c', 'ls -d /proc/[0-9]*'])).text.trim().split('\n').length,
    ).toBeLessThan(4)
    expect(await tries(unit, 'unshare --user true')).toMatch(/Operation not permitted/)
    expect(await tries(unit, 'unshare --mount true')).toMatch(/Operation not permitted/)
    await shell('install -m 4755 /usr/bin/setpriv /usr/local/bin/become')
    expect(await tries(unit, '/usr/local/bin/become --reuid=0 id')).not.toBe('yes')
    expect(await tries(unit, 'kill -0 1')).toMatch(/not permitted|No such process/)
  })
})

describe('the worker, whatever runs in it,', () => {
  const unit = 'usher-worker'

  test.for([
    ['IPv4', { family: 2, type: 1 }],
    ['IPv4, datagrams', { family: 2, type: 2 }],
    ['IPv6', { family: 10, type: 1 }],
    ['raw IPv4', { family: 2, type: 3 }],
    ['packets', { family: 17, type: 3 }],
    ['netlink', { family: 16, type: 3 }],
    ['vsock', { family: 40, type: 1 }],
  ] as const)('cannot open a socket of %s', async ([, socket]) => {
    // EAFNOSUPPORT, of the unit's own filter.
    expect(await opens(unit, socket)).toBe('errno 97')
    expect(await opens(unit, { family: 1, type: 1 })).toBe('yes')
  })

  test('has no network to reach, loopback included', async () => {
    const { text } = await host.within(unit, [
      '/bin/sh',
      '-c',
      'cat /proc/net/dev | tail -n +3 | cut -d: -f1',
    ])
    expect(text.trim()).toBe('lo')
    expect(await runs(unit, `require('node:net').connect(8081, '127.0.0.1').on('error', fail)`)).toMatch(
      /EAFNOSUPPORT/,
    )
  })

  test('is root with four powers and no way to more', async () => {
    const { text } = await host.within(unit, [
      '/bin/grep',
      '-E',
      '^(CapBnd|CapEff|NoNewPrivs|Seccomp:)',
      '/proc/self/status',
    ])
    // CHOWN, DAC_OVERRIDE, FOWNER, KILL: bits 0, 1, 3 and 5 of capability.h.
    expect(text).toMatch(/^CapBnd:\s+000000000000002b$/m)
    expect(text).toMatch(/^CapEff:\s+000000000000002b$/m)
    expect(text).toMatch(/^NoNewPrivs:\s+1$/m)
  })

  // Each works for root outside, so that what refuses it is the unit.
  test.for([
    ['become somebody else', 'setpriv --reuid=maria --regid=maria --init-groups true'],
    ['mount', 'mount -t tmpfs tmpfs /mnt && umount /mnt'],
    ['make a user namespace', 'unshare --user true'],
    ['make a network namespace', 'unshare --net true'],
    ['set the name of the host', 'hostname elsewhere'],
    ['change its root', 'chroot / true'],
    ['make a device', 'mknod /etc/device b 8 0 && rm /etc/device'],
    ['change cgroups', 'mkdir /sys/fs/cgroup/mine && rmdir /sys/fs/cgroup/mine'],
    ['make a setuid program', 'cp /bin/true /etc/power && chmod 4755 /etc/power'],
    ['change programs of the system', 'echo x >/usr/bin/x'],
    ['change its unit', 'echo >>/usr/lib/systemd/system/usher-worker.service'],
    ['change other state', 'echo x >/var/lib/x'],
  ] as const)('cannot %s', async ([, script]) => {
    expect(await tries(unit, script)).not.toBe('yes')
    await shell(script)
  })

  test('leaves nothing in the folders that everybody may write to', async () => {
    expect(await tries(unit, 'echo x >/tmp/left; echo x >/var/tmp/left')).toBe('yes')
    expect(await shell('ls /tmp /var/tmp')).not.toContain('left')
  })

  test('cannot load a module, trace a process or start a program of the kernel (seccomp)', async () => {
    // finit_module, ptrace, bpf, kexec_load, reboot, swapon, mount of x86_64 and arm64.
    const { text } = await host.within(
      unit,
      node(`
      const koffi = require('/opt/usher/current/node_modules/koffi')
      const libc = koffi.load('libc.so.6')
      const syscall = libc.func('long syscall(long, long, long, long)')
      const numbers = process.arch === 'x64' ? [313, 101, 321, 246, 169, 167, 165] : [273, 117, 280, 104, 142, 224, 40]
      for (const number of numbers) console.log(number, Number(syscall(number, -1, 0, 0)), koffi.errno())
    `) as [string, ...string[]],
    )
    const lines = text.trim().split('\n')
    expect(lines).toHaveLength(7)
    // EPERM, of the filter: without it the kernel would say EBADF, ESRCH, EFAULT or EINVAL.
    for (const line of lines) expect(line).toMatch(/ -1 1$/)
  })
})

/** Opens a socket by libc, past what Node would say first. */
async function opens(unit: ServiceName, { family, type }: { family: number; type: number }): Promise<string> {
  const { text } = await host.within(
    unit,
    node(`
    const koffi = require('/opt/usher/current/node_modules/koffi')
    const socket = koffi.load('libc.so.6').func('int socket(int, int, int)')
    console.log(socket(${family}, ${type}, 0) >= 0 ? 'yes' : 'errno ' + koffi.errno())
  `) as [string, ...string[]],
  )
  return text.trim()
}
