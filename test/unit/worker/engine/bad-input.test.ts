import { afterEach, describe, expect, test } from 'vitest'
import type { Config } from '../../../../src/config/config.ts'
import type { PathFact } from '../../../../src/domain/facts.ts'
import type { AnswersInput } from '../../../../src/protocol/answers.ts'
import {
  alice,
  engineFixture,
  type Fixture,
  operator,
  role,
  testConfig,
} from '../../../support/engine-fixture.ts'
import { addAccount, DATA, type FakeMachine } from '../../../support/fake-host.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

interface Row {
  machine?: (machine: FakeMachine) => void
  config?: Partial<Config>
  answers?: { [K in keyof AnswersInput]?: unknown }
  disk?: { path: string; problem: 'disk_full' | 'disk_read_only' }[]
}

/** Drafts with this change and returns what is refused, as `field code`; nothing may have been written. */
async function refused({ machine, config, answers, disk }: Row): Promise<string[]> {
  fixture = await engineFixture({
    ...(machine === undefined ? {} : { machine }),
    ...(config === undefined ? {} : { config }),
    ...(disk === undefined ? {} : { disk }),
  })
  const result = await fixture.call(operator, 'request.draft', {
    answers: { ...alice, ...answers } as AnswersInput,
  })
  expect(fixture.store.requests.get(1) === null).toBe(!result.ok)
  expect(fixture.steps).toEqual([])
  return result.ok ? [] : (result.error.violations ?? []).map(({ field, code }) => `${field} ${code}`)
}

const directory = (uid: number, mode = 0o700): PathFact => ({ kind: 'directory', uid, gid: uid, mode })
const symlink: PathFact = { kind: 'symlink', uid: 0, gid: 0, mode: 0o777 }
const onRoster = (change: object) => (machine: FakeMachine) => {
  machine.roster.push({ telegram_id: 7, name: 'Bob', os_user: 'bob', role: 'user', ...change })
}
const withRole = (change: Parameters<typeof role>[1]) => ({
  roles: new Map([...testConfig().roles, ['user', role('user', change)]]),
})
const home = (path: string) => ({ defaults: { workspace_base: path } })

const rows: [string, Row, string[]][] = [
  ['nothing wrong', {}, []],
  // roster
  [
    'a Telegram id on the roster',
    { machine: onRoster({ telegram_id: 42 }) },
    ['telegram_id telegram_id_on_roster'],
  ],
  [
    'a Telegram id that the roster has as a string',
    { machine: onRoster({ telegram_id: '42' }) },
    ['telegram_id telegram_id_on_roster'],
  ],
  [
    'a Telegram id on the roster beside an unusable name',
    { machine: onRoster({ telegram_id: '42' }), answers: { os_user: 'Ä' } },
    ['os_user os_user_syntax', 'telegram_id telegram_id_on_roster'],
  ],
  [
    'the string "42" while the roster has the number',
    { machine: onRoster({ telegram_id: 42 }), answers: { telegram_id: '42', os_user: 'Ä' } },
    ['telegram_id telegram_id_invalid', 'os_user os_user_syntax', 'telegram_id telegram_id_on_roster'],
  ],
  ['an OS user on the roster', { machine: onRoster({ os_user: 'alice' }) }, ['os_user os_user_on_roster']],
  [
    'a uid that the roster has under another name',
    {
      machine: (machine) => {
        addAccount(machine, 'alice', 1500)
        addAccount(machine, 'bob', 1500)
        onRoster({})(machine)
      },
      answers: { account: 'adopt' },
    },
    ['os_user uid_on_roster'],
  ],
  [
    'a roster that cannot be used',
    {
      machine: (machine) => {
        machine.rosterProblem = 'it is a symbolic link'
      },
    },
    ['roster roster_unusable'],
  ],
  [
    'a roster that cannot be used beside an unusable name',
    {
      machine: (machine) => {
        machine.rosterProblem = 'line 3'
      },
      answers: { os_user: '-x' },
    },
    ['os_user os_user_syntax', 'roster roster_unusable'],
  ],
  // account
  [
    'creating an account that exists',
    { machine: (machine) => addAccount(machine, 'alice') },
    ['os_user os_user_exists'],
  ],
  [
    'creating an account whose group exists',
    { machine: ({ groups }) => groups.set('alice', { name: 'alice', gid: 900, members: [] }) },
    ['os_user os_user_group_exists'],
  ],
  ['adopting an account that does not exist', { answers: { account: 'adopt' } }, ['os_user os_user_missing']],
  ...[0, 999, 60_001].map((uid): (typeof rows)[number] => [
    `adopting uid ${uid}, outside the person range`,
    { machine: (machine) => addAccount(machine, 'alice', uid), answers: { account: 'adopt' } },
    ['os_user os_user_not_a_person'],
  ]),
  [
    'adopting a second name of the bot’s uid',
    {
      machine: (machine) => {
        addAccount(machine, 'usher', 1500)
        addAccount(machine, 'alice', 1500)
      },
      answers: { account: 'adopt' },
    },
    ['os_user os_user_reserved'],
  ],
  // homes
  [
    'a home that is there before its account',
    { machine: ({ paths }) => paths.set('/home/alice', directory(0)) },
    ['os_user home_unusable'],
  ],
  ...(
    [
      ['a link', symlink],
      ['somebody else’s', directory(1501)],
      ['open to other writers', directory(1500, 0o777)],
      ['a file', { ...directory(1500), kind: 'file' } as PathFact],
      ['missing', { kind: 'absent' }],
      ['hidden', { kind: 'unreadable', errno: 'EACCES' }],
    ] as [string, PathFact][]
  ).map(([what, fact]): (typeof rows)[number] => [
    `adopting an account whose home is ${what}`,
    {
      machine: (machine) => {
        addAccount(machine, 'alice', 1500)
        machine.paths.set('/home/alice', fact)
      },
      answers: { account: 'adopt' },
    },
    ['os_user home_unusable'],
  ]),
  // data folders
  ['no data folder', { machine: ({ paths }) => paths.delete(DATA) }, ['data path_unreadable']],
  ...[DATA, `${DATA}/memory`, `${DATA}/history`].flatMap((path): typeof rows => [
    [`a link at ${path}`, { machine: ({ paths }) => paths.set(path, symlink) }, ['data path_is_symlink']],
    [
      `a wrong owner of ${path}`,
      { machine: ({ paths }) => paths.set(path, directory(7)) },
      ['data path_wrong_owner'],
    ],
    [
      `${path} writable by others`,
      { machine: ({ paths }) => paths.set(path, directory(0, 0o775)) },
      ['data path_writable_by_others'],
    ],
    [
      `a file at ${path}`,
      { machine: ({ paths }) => paths.set(path, { ...directory(0), kind: 'file' } as PathFact) },
      ['data path_not_a_directory'],
    ],
  ]),
  [
    'a folder of this person that belongs to somebody else',
    { machine: ({ paths }) => paths.set(`${DATA}/memory/42`, directory(1001)) },
    ['data path_wrong_owner'],
  ],
  [
    'a folder of the service that belongs to somebody else',
    {
      machine: (machine) => {
        addAccount(machine, 'kai', 500)
        machine.paths.set(`${DATA}/memory/42`, directory(501))
      },
      config: { folders: { memory: { owner: 'kai' }, history: { owner: 'person' } } },
    },
    ['data path_wrong_owner'],
  ],
  [
    'a seed that is a link',
    { machine: ({ paths }) => paths.set(`${DATA}/memory/42/MEMORY.md`, symlink) },
    ['data path_is_symlink'],
  ],
  // workspace
  ['a relative workspace', { answers: { workspace_base: 'work' } }, ['workspace_base path_not_absolute']],
  [
    'dots in a workspace',
    { answers: { workspace_base: '{home}/../bob' } },
    ['workspace_base path_not_allowed'],
  ],
  [
    'an unknown placeholder',
    { answers: { workspace_base: '{shell}/x' } },
    ['workspace_base path_not_allowed'],
  ],
  ...[
    '/',
    '/etc/x',
    '/usr/local/x',
    '/tmp/x',
    '/root/x',
    '/home',
    '/srv',
    '/home/bob/work',
    `${DATA}/x`,
    '/var/lib/usher/x',
  ].map((path): (typeof rows)[number] => [
    `the workspace ${path}`,
    { config: home(path) },
    ['workspace_base path_not_allowed'],
  ]),
  [
    'a workspace below nothing',
    { answers: { workspace_base: '/srv/w/{os_user}' } },
    ['workspace_base path_not_allowed', 'workspace_base path_not_allowed'],
  ],
  [
    'a workspace in a home that root has',
    {
      machine: ({ paths }) => paths.set('/home/bob', directory(0, 0o755)),
      answers: { workspace_base: '/home/bob/work' },
    },
    ['workspace_base path_not_allowed'],
  ],
  [
    'a workspace below a folder that others may write to',
    {
      machine: ({ paths }) => paths.set('/srv', directory(0, 0o777)),
      answers: { workspace_base: '/srv/{os_user}' },
    },
    ['workspace_base path_writable_by_others'],
  ],
  [
    'a workspace that is somebody’s already',
    {
      machine: ({ paths }) => {
        paths.set('/srv', directory(0, 0o755))
        paths.set('/srv/alice', directory(1001))
      },
      answers: { workspace_base: '/srv/{os_user}' },
    },
    ['workspace_base path_wrong_owner'],
  ],
  [
    'a link on the way to a workspace at home',
    {
      machine: (machine) => {
        addAccount(machine, 'alice', 1500)
        machine.paths.set('/home/alice/w', symlink)
      },
      answers: { account: 'adopt', workspace_base: '{home}/w/x' },
    },
    ['workspace_base path_is_symlink'],
  ],
  // role and programs
  ['a group that does not exist', { config: withRole({ groups: ['agents'] }) }, ['role group_missing']],
  [
    'a shell that is not installed',
    { machine: ({ missingShells }) => missingShells.push('/bin/bash') },
    ['role shell_missing'],
  ],
  [
    'a missing program',
    { machine: ({ missingPrograms }) => missingPrograms.push('/usr/sbin/useradd') },
    ['host program_missing'],
  ],
  [
    'a program of the service’s way that is missing',
    {
      machine: (machine) => {
        addAccount(machine, 'kai', 500)
        machine.missingPrograms.push('/usr/bin/sudo')
      },
      config: {
        smoke: { agentCommand: null, path: [], via: { user: 'kai', argv: ['/usr/bin/sudo', '--'] } },
      },
    },
    ['host program_missing'],
  ],
  [
    'a folder owner that does not exist',
    { config: { folders: { memory: { owner: 'kai' }, history: { owner: 'person' } } } },
    ['folders.memory.owner owner_unknown'],
  ],
  [
    'a template that cannot be read',
    {
      machine: (machine) => {
        machine.template = null
      },
    },
    ['memory.template template_unreadable'],
  ],
  [
    'no program that keeps what runs as a person together',
    { machine: ({ missingPrograms }) => missingPrograms.push('/usr/bin/unshare') },
    ['host program_missing'],
  ],
  ...['/home', '/etc', '/etc/usher', '/var/lib/usher', DATA].map((path): (typeof rows)[number] => [
    `a full disk at ${path}`,
    { disk: [{ path, problem: 'disk_full' }] },
    ['host disk_full'],
  ]),
  [
    'a full disk at the workspace',
    {
      machine: ({ paths }) => paths.set('/srv', directory(0, 0o755)),
      answers: { workspace_base: '/srv/{os_user}' },
      disk: [{ path: '/srv', problem: 'disk_full' }],
    },
    ['host disk_full'],
  ],
  [
    'a full disk at the home of an account that is adopted',
    {
      machine: (machine) => addAccount(machine, 'alice', 1500),
      answers: { account: 'adopt' },
      disk: [{ path: '/home/alice', problem: 'disk_full' }],
    },
    ['host disk_full'],
  ],
  ['a read-only disk', { disk: [{ path: '/etc', problem: 'disk_read_only' }] }, ['host disk_read_only']],
  // what is wrong with one answer does not hide what is wrong with another
  [
    'an invalid role beside an account that exists',
    { machine: (machine) => addAccount(machine, 'alice'), answers: { role: 'king' } },
    ['role role_unknown', 'os_user os_user_exists'],
  ],
  // single-user mode
  ...(
    [
      ['somebody else’s account', 1500, 1000, 'adopt', ['os_user os_user_not_yours']],
      ['creating an account', 1500, 1500, 'create', ['os_user os_user_not_yours']],
      ['root', 0, 0, 'adopt', ['os_user os_user_not_yours']],
      ['one’s own account, outside the person range', 500, 500, 'adopt', []],
    ] as const
  ).map(([what, uid, ownUid, account, codes]): (typeof rows)[number] => [
    `in single-user mode ${what}`,
    {
      machine: (machine) => {
        addAccount(machine, 'alice', uid)
        machine.mode = 'single-user'
        machine.ownUid = ownUid
        for (const path of [DATA, `${DATA}/memory`, `${DATA}/history`])
          machine.paths.set(path, directory(ownUid))
      },
      config: { mode: 'single-user', botUser: null },
      answers: { account },
    },
    [...codes],
  ]),
]

describe('a draft is refused before anything is written, or taken, with', () => {
  test.for(rows)('%s', async ([, row, codes]) => {
    expect(await refused(row)).toEqual(codes)
  })
})
