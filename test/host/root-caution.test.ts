import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { distrustOfGround, groundProblems } from '../../src/config/root-ground.ts'
import { foreignMounts } from '../../src/config/trusted-path.ts'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { startWorkerProcess } from '../worker/support/worker-process.ts'

const SOMEBODY = 4242
let base: string
let configFile: string

beforeAll(() => {
  expect(usher('init').stderr).toBe('')
  writeFileSync('/etc/usher/telegram-token', '123456:abcdefghijklmnopqrstuvwxyz\n', { mode: 0o600 })
})
afterAll(() => {
  for (const folder of ['/etc/usher', '/var/lib/usher', '/var/lib/usher-bot', '/run/usher'])
    rmSync(folder, { recursive: true, force: true })
  execFileSync('userdel', ['usher'], { stdio: 'ignore' })
})

function usher(...args: string[]) {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/launch.js', ...args], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
    timeout: 20_000,
  })
}

/** An installation of its own, each thing under a folder of its own. */
beforeEach(() => {
  base = mkdtempSync('/srv/ground-')
  chmodSync(base, 0o755)
  const folder = (path: string, mode = 0o755) => {
    mkdirSync(join(base, path), { recursive: true })
    chmodSync(join(base, path), mode)
  }
  for (const path of ['config', 'roster', 'secrets', 'template', 'run']) folder(path)
  folder('state/usher', 0o711)
  for (const path of ['memory', 'history']) folder(`data/usher/${path}`, 0o711)
  const file = (path: string, text: string, mode = 0o600) => writeFileSync(join(base, path), text, { mode })
  file('roster/users.yaml', 'users: []\n')
  file('secrets/secrets.yaml', '# none\n')
  file('template/MEMORY.md', 'Hello\n', 0o644)
  file('state/usher/usher.db', '')
  configFile = join(base, 'config/config.yaml')
  const paths = [
    ...[
      `roster: ${base}/roster/users.yaml`,
      `secrets: ${base}/secrets/secrets.yaml`,
      `state: ${base}/state/usher`,
    ],
    ...[`data: ${base}/data/usher`, `run: ${base}/run/usher`],
  ]
  file(
    'config/config.yaml',
    `memory: { template: ${base}/template/MEMORY.md }\npaths: { ${paths.join(', ')} }\n`,
    0o644,
  )
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

/** What each path of an installation is, and the config key that the refusal names. */
const GROUND: [string, string][] = [
  ['config/config.yaml', 'file'],
  ['roster/users.yaml', 'paths.roster'],
  ['secrets/secrets.yaml', 'paths.secrets'],
  ['template/MEMORY.md', 'memory.template'],
  ['state/usher', 'paths.state'],
  ['state/usher/usher.db', 'paths.state'],
  ['data/usher', 'paths.data'],
  ['data/usher/memory', 'paths.data'],
  ['data/usher/history', 'paths.data'],
]

/** Puts a link to it in the place of a folder or file. */
function behindALink(path: string) {
  renameSync(path, `${path}.real`)
  symlinkSync(`${path}.real`, path)
}

const itself = (path: string) => path
const DAMAGES: Record<
  string,
  { damage(path: string): void; guilty(path: string): string; says: RegExp; mend: RegExp | null }
> = {
  'it belongs to somebody else': {
    damage: (path) => chownSync(path, SOMEBODY, 0),
    guilty: itself,
    says: /belongs to uid 4242; it must belong to root \(owner 4242, group 0, mode 0[0-7]{3}\)/,
    mend: /^chown -h root /,
  },
  'its group can write to it': {
    damage: (path) => chmodSync(path, 0o664 | (lstatSync(path).mode & 0o111)),
    guilty: itself,
    says: /others can write to it \(owner 0, group 0, mode 0[67][67][0-7]\)/,
    mend: /^chmod go-w /,
  },
  'everybody can write to it': {
    damage: (path) => chmodSync(path, 0o602 | (lstatSync(path).mode & 0o111)),
    guilty: itself,
    says: /others can write to it/,
    mend: /^chmod go-w /,
  },
  'an ACL lets somebody write to it': {
    damage: (path) => execFileSync('setfacl', ['-m', `u:${SOMEBODY}:rw`, path]),
    guilty: itself,
    says: /others can write to it/,
    mend: /^chmod go-w /,
  },
  'others can write to the folder that it is in': {
    damage: (path) => chmodSync(dirname(path), 0o775),
    guilty: dirname,
    says: /others can write to it \(owner 0, group 0, mode 0775\)/,
    mend: /^chmod go-w /,
  },
  'the folder that it is in belongs to somebody else': {
    damage: (path) => chownSync(dirname(path), SOMEBODY, 0),
    guilty: dirname,
    says: /belongs to uid 4242/,
    mend: /^chown -h root /,
  },
  'others can write to a folder further up': {
    damage: () => chmodSync(base, 0o757),
    guilty: () => base,
    says: /others can write to it/,
    mend: /^chmod go-w /,
  },
  'the folder that it is in has a sticky bit and is everybody’s': {
    damage: (path) => chmodSync(dirname(path), 0o1777),
    guilty: dirname,
    says: /sticky bit/,
    mend: null,
  },
  'the folder that it is in is a symbolic link': {
    damage: (path) => behindALink(dirname(path)),
    guilty: dirname,
    says: /symbolic link to ".*real"; name the real path/,
    mend: null,
  },
  'it is a symbolic link itself': {
    damage: (path) => behindALink(path),
    guilty: itself,
    says: /symbolic link/,
    mend: null,
  },
}

/** The problems that a worker would refuse to start with. */
function problems() {
  const environment = { configFile: null, home: '/root', xdg: {} } as never
  const loaded = loadConfig({ environment, uid: 0, explicitFile: configFile })
  if (!loaded.ok) return loaded.problems
  const { config } = loaded
  return groundProblems(config)
}

describe('what the worker of a system stands on', () => {
  test('is trusted as init makes it', () => {
    expect(problems()).toEqual([])
  })

  for (const [path, key] of GROUND) {
    test.each(Object.keys(DAMAGES))(`${path} is refused when %s, with path, owner and mode`, (name) => {
      const { damage, guilty: guiltyOf, says, mend } = DAMAGES[name] as (typeof DAMAGES)[string]
      damage(join(base, path))
      const guilty = guiltyOf(join(base, path))
      const found = problems()
      expect(found.length, JSON.stringify(found)).toBeGreaterThan(0)
      const one = found.find((problem) => problem.message.includes(JSON.stringify(guilty)))
      if (key === 'file' && guilty === configFile && says.source === 'symbolic link') {
        // The config itself is opened without following a link, and says so in its own words.
        expect(found[0]?.message).toMatch(/symbolic link/)
        return
      }
      expect(one, JSON.stringify(found)).toBeDefined()
      expect(one?.message).toMatch(says)
      if (mend === null) return
      const command = /run ((?:chown|chmod) .*)$/.exec(one?.message ?? '')?.[1] ?? ''
      expect(command).toMatch(mend)
      execFileSync('/bin/sh', ['-c', command])
      expect(problems()).toEqual([])
    })
  }

  test('may lack what the worker makes itself, but not below a folder of somebody else', () => {
    for (const gone of ['data/usher', 'state/usher']) rmSync(join(base, gone), { recursive: true })
    expect(problems()).toEqual([])
    chownSync(join(base, 'data'), SOMEBODY, 0)
    expect(problems()).toMatchObject([
      { key: 'paths.data', message: expect.stringContaining(JSON.stringify(join(base, 'data'))) },
    ])
  })

  test('is not judged by what somebody’s own file system says of its owners', () => {
    const mountinfo = [
      '22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw',
      '23 22 0:30 / /srv/a\\040b rw - fuse.sshfs box: rw,user_id=4242,group_id=4242,allow_other',
      '24 22 0:31 / /srv/root rw - fuse.sshfs box: rw,user_id=0,group_id=0,allow_other',
      '25 22 0:32 / /srv/c rw shared:3 - fuseblk /dev/sdb1 rw,user_id=1000,group_id=0',
    ].join('\n')
    const mounts = foreignMounts(mountinfo)
    expect(mounts).toEqual(['/srv/a b', '/srv/c'])
    expect(distrustOfGround(join(base, 'roster/users.yaml'), [base])).toMatchObject({
      reason: 'mount',
      mend: `umount ${base}`,
    })
  })

  test('may be a bind mount of root’s, and is refused when its owner is somebody else', () => {
    const theirs = join(base, 'theirs')
    mkdirSync(theirs)
    execFileSync('mount', ['--bind', theirs, join(base, 'roster')])
    try {
      writeFileSync(join(base, 'roster/users.yaml'), 'users: []\n', { mode: 0o600 })
      expect(problems()).toEqual([])
      chownSync(theirs, SOMEBODY, SOMEBODY)
      expect(problems()).toMatchObject([
        { key: 'paths.roster', message: expect.stringMatching(/roster": it belongs to uid 4242/) },
      ])
    } finally {
      execFileSync('umount', [join(base, 'roster')])
    }
  })
})

describe('usher worker as root', () => {
  test.each(['roster/users.yaml', 'secrets/secrets.yaml', 'data/usher', 'state/usher/usher.db'])(
    'does not start from %s when others can write to it, and says which, how and what mends it',
    async (path) => {
      chmodSync(join(base, path), 0o777)
      const worker = await startWorkerProcess({ args: ['--json', '--config', configFile] })
      expect(await worker.ended).toBe(2)
      const { error } = JSON.parse(worker.stdout()) as { error: { violations: { message: string }[] } }
      expect(error.violations.map(({ message }) => message)).toEqual([
        `cannot trust ${JSON.stringify(join(base, path))}: others can write to it (owner 0, group 0, mode 0777); run chmod go-w ${join(base, path)}`,
      ])
      expect(existsSync(join(base, 'run/usher'))).toBe(false)
    },
  )
})

describe('code that somebody else can write', () => {
  /** A checkout of its own, of which one file is everybody's. Packages are the real ones, behind a link. */
  let checkout: string
  let loose: string
  beforeAll(() => {
    checkout = mkdtempSync('/opt/checkout-')
    chmodSync(checkout, 0o755)
    for (const name of readdirSync(checkoutInSandbox)) {
      const source = join(checkoutInSandbox, name)
      if (['src', 'conversations', 'deploy', 'usher', 'package.json'].includes(name))
        cpSync(source, join(checkout, name), { recursive: true, preserveTimestamps: true })
    }
    symlinkSync(join(checkoutInSandbox, 'node_modules'), join(checkout, 'node_modules'))
    execFileSync('chown', ['-hR', 'root:root', checkout])
    execFileSync('chmod', ['-R', 'go-w', checkout])
    loose = join(checkout, 'src/domain/role.ts')
  })
  afterAll(() => rmSync(checkout, { recursive: true }))
  afterEach(() => {
    chmodSync(loose, 0o644)
    rmSync(join(checkout, 'manifest.json'), { force: true })
  })
  const run = (...args: string[]) =>
    spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', `${checkout}/src/launch.js`, ...args],
      {
        encoding: 'utf8',
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
        timeout: 20_000,
      },
    )

  test('is run while only root can write it', () => {
    expect(run('init', '--dry-run').status).toBe(0)
  })

  test.each([
    ['worker'],
    ['init', '--dry-run'],
    ['users'],
    ['status'],
    ['--help'],
    ['bot'],
    ['help', 'worker'],
  ])('is not run as root by any verb: %s %s', (...words) => {
    chmodSync(loose, 0o666)
    const { status, stderr, stdout } = run(...words)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(
      `cannot run this code as root: cannot trust ${JSON.stringify(loose)}: others can write`,
    )
    expect(stderr).toContain(`run chmod go-w ${loose}`)
    const { error } = JSON.parse(run(...words, '--json').stdout) as { error: object }
    expect(error).toMatchObject({ code: 'invalid', message: expect.stringContaining(loose) })
  })

  test('is the one thing that doctor says then, and nothing of that code is run further', () => {
    chmodSync(loose, 0o666)
    const { status, stdout } = run('doctor', '--json')
    expect(status).toBe(1)
    const { findings } = JSON.parse(stdout) as { findings: { code: string; fix: string }[] }
    expect(findings).toHaveLength(1)
    execFileSync('/bin/sh', ['-c', findings[0]?.fix ?? ''])
    expect(run('init', '--dry-run').status).toBe(0)
  })

  test('is run with --development, which says so loudly, in the log and in the status too', async () => {
    chmodSync(loose, 0o666)
    const { status, stderr } = run('--development', 'init', '--dry-run', '--config', configFile)
    expect(stderr).toContain('WARNING: root runs code that others can change (--development)')
    expect(status).toBe(0)
    const worker = await startWorkerProcess({ args: ['--development'], launch: `${checkout}/src/launch.js` })
    try {
      expect(worker.log()).toContainEqual(
        expect.objectContaining({
          why: expect.stringContaining(loose),
          msg: expect.stringContaining('NOT SAFE'),
        }),
      )
      const { stdout } = usher('status')
      expect(stdout).toContain('NOT SAFE: runs with --development')
      expect(stdout).toContain(loose)
      const { details } = JSON.parse(usher('status', '--json').stdout) as { details: { development: string } }
      expect(details.development).toContain(loose)
    } finally {
      await worker.kill('SIGTERM')
    }
  })

  test('is only about code: the rest is not run from with --development either', () => {
    chmodSync(join(base, 'roster/users.yaml'), 0o666)
    const { status, stderr } = run('worker', '--development', '--config', configFile)
    expect(status).toBe(2)
    expect(stderr).toContain('users.yaml')
  })

  test('is never run with --development from an installed tree', () => {
    writeFileSync(join(checkout, 'manifest.json'), '{}')
    const { status, stderr } = run('worker', '--development')
    expect(status).toBe(2)
    expect(stderr).toContain('this is an installation and no checkout')
  })
})
