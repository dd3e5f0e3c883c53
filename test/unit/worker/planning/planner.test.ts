import { describe, expect, test } from 'vitest'
import type { Config } from '../../../../src/config/config.ts'
import type { Difference } from '../../../../src/domain/difference.ts'
import type { Facts } from '../../../../src/domain/facts.ts'
import type { OnboardAnswers } from '../../../../src/domain/person.ts'
import { STEP_ORDER } from '../../../../src/domain/step.ts'
import { planDifferences } from '../../../../src/worker/planning/plan-differences.ts'
import { type PlanIdentity, planOnboarding } from '../../../../src/worker/planning/planner.ts'
import { role, testConfig } from '../../../support/engine-fixture.ts'
import { DATA } from '../../../support/fake-host.ts'

const answers: OnboardAnswers = {
  telegram_id: 42,
  name: 'Alice',
  os_user: 'alice',
  role: 'user',
  account: 'create',
  proof: 'typed',
}
const identity: PlanIdentity = {
  host: 'h',
  requestId: 1,
  revision: 1,
  requester: { kind: 'operator', uid: 0 },
}
const facts: Facts = {
  host: 'h',
  mode: 'system',
  personUids: { min: 1000, max: 60_000 },
  ownUid: null,
  createsAccounts: true,
  homeBase: '/home',
  account: null,
  accountExpired: false,
  power: null,
  lastLoginAt: null,
  sameNamedGroup: null,
  roleGroups: { agents: { gid: 900, member: false } },
  owners: { usher: { uid: 400, gid: 400 } },
  paths: { [DATA]: { kind: 'directory', uid: 0, gid: 0, mode: 0o711 } },
  rosterMatches: [],
  rosterProblem: null,
  shellExists: true,
  missingPrograms: [],
}
const existing: Partial<Facts> = {
  account: { name: 'alice', uid: 1500, gid: 1500, gecos: '', home: '/data/alice', shell: '/bin/zsh' },
  power: { groups: ['alice'], sudoRules: [], linger: false, authorizedKeys: 0 },
}
const user = role('user', { groups: ['agents'] })

interface Change {
  identity?: Partial<PlanIdentity>
  answers?: Partial<OnboardAnswers>
  role?: Parameters<typeof role>[1]
  config?: Partial<Config>
  facts?: Partial<Facts>
  template?: string | null
}
function planned(change: Change = {}) {
  return planOnboarding(
    { ...identity, ...change.identity },
    { ...answers, ...change.answers },
    { ...user, ...change.role },
    testConfig(change.config),
    { ...facts, ...change.facts },
    change.template === undefined ? '# Memory' : change.template,
  )
}
const stepOf = <K extends string>(change: Change, kind: K) =>
  planned(change).plan.steps.find((one) => one.kind === kind)

describe('the plan', () => {
  test('has every kind of step, in the order that proves before it gives access', () => {
    expect(planned().plan.steps.map(({ kind }) => kind)).toEqual([...STEP_ORDER])
  })

  test('creates an account where useradd would, with the role’s shell and the name for GECOS', () => {
    expect(stepOf({}, 'account')).toMatchObject({
      effect: 'change',
      params: { mode: 'create', osUser: 'alice', home: '/home/alice', shell: '/bin/bash', gecos: 'Alice' },
    })
    expect(stepOf({}, 'activation')?.effect).toBe('change')
  })

  test.for(['picker', 'forward', 'contact', 'typed'] as const)(
    'activates a new account only after a Start, and says so, when the id is known by %s',
    (proof) => {
      expect(stepOf({ answers: { proof } }, 'activation')).toEqual({
        kind: 'activation',
        effect: 'change',
        params: { osUser: 'alice', gecos: 'Alice', awaitsStartOf: 42 },
        notes: [{ code: 'activation.lift_on_start', params: { telegram_id: 42 } }],
      })
    },
  )

  test.for<[string, Change]>([
    ['a person who started the bot', { answers: { proof: 'started' } }],
    ['an adopted account', { answers: { account: 'adopt' }, facts: existing }],
    ['single-user mode', { facts: { mode: 'single-user', ownUid: 1000 } }],
  ])('waits for nobody’s Start with %s', ([, change]) => {
    expect(stepOf(change, 'activation')?.params).not.toHaveProperty('awaitsStartOf')
  })

  test('adopts an account as it is: its home, its shell, no activation, and its power on the card', () => {
    const change: Change = {
      answers: { account: 'adopt' },
      facts: {
        ...existing,
        power: { groups: ['alice', 'docker'], sudoRules: ['ALL'], linger: true, authorizedKeys: 2 },
        lastLoginAt: 5,
      },
    }
    expect(stepOf(change, 'account')).toMatchObject({
      effect: 'already',
      params: { mode: 'adopt', uid: 1500, gid: 1500, home: '/data/alice', shell: '/bin/zsh' },
    })
    expect(stepOf(change, 'account')?.notes.map(({ code }) => code)).toEqual([
      'account.adopt',
      'account.power.groups',
      'account.power.sudo',
      'account.power.linger',
      'account.power.keys',
      'account.last_login',
    ])
    expect(stepOf(change, 'activation')).toMatchObject({
      effect: 'already',
      notes: [{ code: 'activation.not_needed' }],
    })
  })

  test('says of groups, folders and seed what is so already', () => {
    const there: Change = {
      answers: { account: 'adopt' },
      facts: {
        ...existing,
        roleGroups: { agents: { gid: 900, member: true } },
        paths: {
          [`${DATA}/memory/42`]: { kind: 'directory', uid: 1500, gid: 1500, mode: 0o700 },
          [`${DATA}/memory/42/MEMORY.md`]: { kind: 'file', uid: 1500, gid: 1500, mode: 0o600 },
        },
      },
    }
    expect(stepOf(there, 'groups')).toMatchObject({ effect: 'already', notes: [{ code: 'groups.member' }] })
    expect(stepOf(there, 'data-dirs')?.notes.map(({ code }) => code)).toEqual(['dir.exists', 'dir.make'])
    expect(stepOf(there, 'memory-seed')).toMatchObject({
      effect: 'already',
      notes: [{ code: 'seed.exists' }],
    })
    expect(stepOf({ template: null }, 'memory-seed')?.notes).toEqual([{ code: 'seed.none' }])
    expect(stepOf({ config: { services: [] } }, 'service')?.notes).toEqual([{ code: 'service.none' }])
  })

  test('makes a workspace as the person inside their home, as root elsewhere', () => {
    const workspace = (workspace_base: string) => {
      const step = planned({ answers: { workspace_base } }).plan.steps.find((one) => one.kind === 'data-dirs')
      return step?.kind === 'data-dirs' ? step.params.directories.at(-1) : undefined
    }
    expect(workspace('{home}/work')).toEqual({
      purpose: 'workspace',
      path: '/home/alice/work',
      owner: 'person',
      madeBy: 'person',
    })
    expect(workspace('/srv/{os_user}-{telegram_id}')).toMatchObject({ path: '/srv/alice-42', madeBy: 'root' })
  })

  test('proves writing only in folders that are the person’s, and expands the configured way to them', () => {
    const step = stepOf(
      {
        config: {
          defaults: { workspace_base: '{home}/w' },
          folders: { memory: { owner: 'kai' }, history: { owner: 'person' } },
          smoke: {
            agentCommand: ['claude'],
            path: ['/usr/bin', '{home}/.local/bin'],
            via: { user: 'kai', argv: ['/usr/bin/sudo', '-u', '{os_user}', '--'] },
          },
        },
      },
      'smoke-test',
    )
    expect(step?.params).toMatchObject({
      writable: [`${DATA}/history/42`, '/home/alice/w'],
      path: ['/usr/bin', '/home/alice/.local/bin'],
      via: { user: 'kai', argv: ['/usr/bin/sudo', '-u', 'alice', '--'] },
      inheritedWorkspace: '{home}/w',
    })
  })

  test('puts the answers on the roster, without what only the onboarding needs', () => {
    const step = stepOf({ answers: { reason: 'r', github: 'al', pr_review: false } }, 'roster')
    expect(step?.params).toEqual({
      entry: {
        telegram_id: 42,
        name: 'Alice',
        os_user: 'alice',
        role: 'user',
        github: 'al',
        pr_review: false,
      },
    })
  })
})

describe('what a plan demands', () => {
  test.for<[string, Change, { terminal: boolean; consent: boolean }]>([
    ['a new account of a harmless role', {}, { terminal: false, consent: false }],
    [
      'a role with a root-equivalent group',
      { role: { groups: ['docker'] } },
      { terminal: true, consent: false },
    ],
    [
      'an adopted account',
      { answers: { account: 'adopt' }, facts: existing },
      { terminal: false, consent: true },
    ],
    [
      'an adopted account, config adopt: admin',
      { answers: { account: 'adopt' }, facts: existing, config: { adopt: 'admin' } },
      { terminal: false, consent: false },
    ],
    [
      'an adopted account in a root-equivalent group',
      {
        answers: { account: 'adopt' },
        facts: { ...existing, power: { groups: ['lxd'], sudoRules: [], linger: false, authorizedKeys: 0 } },
      },
      { terminal: true, consent: true },
    ],
    [
      'an adopted account with a sudo rule',
      {
        answers: { account: 'adopt' },
        facts: { ...existing, power: { groups: [], sudoRules: ['x'], linger: false, authorizedKeys: 0 } },
      },
      { terminal: true, consent: true },
    ],
    [
      'one’s own account in single-user mode',
      { answers: { account: 'adopt' }, facts: { ...existing, mode: 'single-user', ownUid: 1500 } },
      { terminal: false, consent: false },
    ],
  ])('%s', ([, change, demands]) => {
    expect(planned(change).plan.demands).toEqual(demands)
  })
})

describe('the digest', () => {
  const digest = (change: Change = {}) => planned(change).plan.digest

  test.for<[string, Change]>([
    ['the request', { identity: { requestId: 2 } }],
    ['the revision', { identity: { revision: 2 } }],
    ['the host', { identity: { host: 'other' } }],
    ['the requester', { identity: { requester: { kind: 'telegram', telegramId: 7 } } }],
    ['an answer', { answers: { name: 'Alicia' } }],
    ['how the id was proven', { answers: { proof: 'started' } }],
    ['the role’s groups', { role: { groups: [] } }],
    ['the role’s shell', { role: { shell: '/bin/sh' } }],
    ['the role’s permissions', { role: { permissions: ['*'] } }],
    ['how long a request lives', { role: { approval: { ...user.approval, expiresMs: 1 } } }],
    ['the policy', { role: { approval: { ...user.approval, count: 2 } } }],
    ['the template’s bytes', { template: '# Memory ' }],
    ['that there is no template', { template: null }],
    ['a unit', { config: { services: [{ unit: 'b.service', action: 'restart' }] } }],
    ['the agent command', { config: { smoke: { agentCommand: ['x'], path: ['/usr/bin'], via: null } } }],
    ['the account', { facts: existing }],
    ['the group of that name', { facts: { sameNamedGroup: { name: 'alice', gid: 5, members: [] } } }],
    ['a role group’s gid', { facts: { roleGroups: { agents: { gid: 901, member: false } } } }],
    ['an owner', { facts: { owners: { usher: null } } }],
    [
      'the mode of a path',
      { facts: { paths: { [DATA]: { kind: 'directory', uid: 0, gid: 0, mode: 0o700 } } } },
    ],
    [
      'a roster entry with this id',
      { facts: { rosterMatches: [{ entry: { ...answers, telegram_id: 42 }, by: ['telegram_id'] }] } },
    ],
  ])('changes with %s', ([, change]) => {
    expect(digest(change)).not.toBe(digest())
  })

  test.for<[string, Change]>([
    ['the last login', { facts: { lastLoginAt: 7 } }],
    ['what is missing on the host', { facts: { missingPrograms: ['/x'] } }],
  ])('does not change with %s', ([, change]) => {
    expect(digest(change)).toBe(digest())
  })
})

describe('what differs between two plans', () => {
  const folder = { kind: 'directory', uid: 0, gid: 0, mode: 0o755 } as const
  test.for<[string, Change, Difference[]]>([
    [
      'an account appeared',
      { facts: { account: existing.account ?? null } },
      [{ code: 'account_appeared', params: { os_user: 'alice', uid: '1500' } }],
    ],
    ['another template', { template: 'x' }, [{ code: 'template_changed' }]],
    [
      "the role's group is gone",
      { facts: { roleGroups: { agents: null } } },
      [{ code: 'role_group_changed', params: { group: 'agents', now: 'gone' } }],
    ],
    [
      'a group more in the role',
      { role: { groups: ['agents', 'docker'] } },
      [{ code: 'role_groups_changed', params: { role: 'user', gained: 'docker' } }],
    ],
    [
      'another shell of the role',
      { role: { shell: '/bin/sh' } },
      [
        {
          code: 'role_changed',
          params: { role: 'user', what: 'shell', before: '/bin/bash', after: '/bin/sh' },
        },
      ],
    ],
    [
      'a folder that appeared',
      { facts: { paths: { '/srv/x': folder } } },
      [
        {
          code: 'path_appeared',
          params: { path: '/srv/x', kind: 'directory', uid: '0', mode: '0755' },
        },
      ],
    ],
    ['another revision', { identity: { revision: 2 } }, []],
  ])('%s is a code with its values', ([, change, differences]) => {
    const found = planDifferences(
      planned({ facts: { paths: {} } }).basis,
      planned({ ...{ facts: { paths: {} } }, ...change }).basis,
    )
    expect(found).toEqual(expect.arrayContaining(differences))
    if (differences.length === 0) expect(found).toEqual([])
  })

  test('is counted when it is too much', () => {
    const paths = (mode: number) =>
      Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [
          `/p${index}`,
          { kind: 'file' as const, uid: 0, gid: 0, mode },
        ]),
      )
    const found = planDifferences(
      planned({ facts: { paths: paths(1) } }).basis,
      planned({ facts: { paths: paths(2) } }).basis,
    )
    expect(found).toHaveLength(13)
    expect(found.at(-1)).toEqual({ code: 'and_more', params: { count: 8 } })
  })
})
