import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { checkConfigAgainstHost, type HostConfigFacts } from '../../../src/config/host-check.ts'
import { loadText } from './load-text.ts'

const FACTS: HostConfigFacts = {
  accounts: [
    { name: 'root', uid: 0 },
    { name: 'usher', uid: 990 },
    { name: 'kai', uid: 991 },
    { name: 'ada', uid: 1000 },
  ],
  groups: [
    { name: 'docker', gid: 900 },
    { name: 'games', gid: 60 },
  ],
  rosterOsUsers: ['ada'],
  unitNames: {},
  ownUnit: null,
}

function configOf(text: string): Config {
  const loaded = loadText(text)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  return {
    ...loaded.config,
    mode: 'system',
    botUser: loaded.config.botUser ?? /user: (\w+)/.exec(text)?.[1] ?? 'usher',
  }
}

const GOOD = `
services: [{ unit: kai.service }]
folders: { history: { owner: kai } }
smoke: { via: { user: kai, argv: [/usr/bin/sudo, -u, "{os_user}"] } }
roles: { user: { groups: [games] } }
`

const METRICS = 'metrics: { group: scrapers }'
const groupsWith = (gid: number, members: string[] = []): Partial<HostConfigFacts> => ({
  groups: [...FACTS.groups, { name: 'scrapers', gid, members }],
})

const REFUSED: [title: string, config: string, facts: Partial<HostConfigFacts>, key: string, says: RegExp][] =
  [
    ['a group for metrics that does not exist', METRICS, {}, 'metrics.group', /no such group/],
    ['a group for metrics with the gid of root', METRICS, groupsWith(0), 'metrics.group', /become root/],
    ['a group for metrics that is docker by gid', METRICS, groupsWith(900), 'metrics.group', /become root/],
    [
      'a group for metrics that is a person’s',
      METRICS,
      { ...groupsWith(1000), accounts: [...FACTS.accounts, { name: 'bob', uid: 1001, gid: 1000 }] },
      'metrics.group',
      /group of bob, who is a person/,
    ],
    [
      'a group for metrics that somebody on the roster has, whatever the uid',
      METRICS,
      {
        ...groupsWith(400),
        accounts: [
          { name: 'usher', uid: 990 },
          { name: 'ada', uid: 400, gid: 400 },
        ],
      },
      'metrics.group',
      /group of ada, who is a person/,
    ],
    [
      'a group for metrics that the bot joined',
      METRICS,
      groupsWith(400, ['usher']),
      'metrics.group',
      /the bot's account is in it/,
    ],
    [
      'a group for metrics that is the bot’s own',
      METRICS,
      { ...groupsWith(400), accounts: [{ name: 'usher', uid: 990, gid: 400 }] },
      'metrics.group',
      /the bot's account is in it/,
    ],
    ['a bot account that does not exist', 'bot: { user: nosuch }', {}, 'bot.user', /no such account/],
    [
      'a bot that has uid 0 under another name',
      'bot: { user: toor }',
      { accounts: [{ name: 'toor', uid: 0 }] },
      'bot.user',
      /uid 0/,
    ],
    [
      'a bot that shares its uid',
      'bot: { user: usher }',
      { accounts: [...FACTS.accounts, { name: 'twin', uid: 990 }] },
      'bot.user',
      /also twin/,
    ],
    ['a bot that is a person', 'bot: { user: ada }', {}, 'bot.user', /person on the roster/],
    [
      'a bot that is a person by uid',
      'bot: { user: usher }',
      { accounts: [...FACTS.accounts, { name: 'eve', uid: 990 }], rosterOsUsers: ['eve'] },
      'bot.user',
      /person on the roster/,
    ],
    [
      'a service account that does not exist',
      'smoke: { via: { user: nosuch, argv: [/bin/x, "{os_user}"] } }',
      {},
      'smoke.via.user',
      /no such account/,
    ],
    [
      'a service account of uid 0',
      'smoke: { via: { user: toor, argv: [/bin/x, "{os_user}"] } }',
      { accounts: [...FACTS.accounts, { name: 'toor', uid: 0 }] },
      'smoke.via.user',
      /uid 0/,
    ],
    [
      'an owner of folders that does not exist',
      'folders: { memory: { owner: nosuch } }',
      {},
      'folders.memory.owner',
      /no such account/,
    ],
    [
      "the bot's account as the one that becomes people",
      'bot: { user: usher }\nsmoke: { via: { user: usher, argv: [/bin/x, "{os_user}"] } }',
      {},
      'smoke.via.user',
      /steals the bot/,
    ],
    [
      'another name of the bot as the one that becomes people',
      'bot: { user: usher }\nsmoke: { via: { user: twin, argv: [/bin/x, "{os_user}"] } }',
      { accounts: [...FACTS.accounts, { name: 'twin', uid: 990 }] },
      'smoke.via.user',
      /steals the bot/,
    ],
    [
      "folders of people that are the bot's",
      'bot: { user: usher }\nfolders: { memory: { owner: usher } }',
      {},
      'folders.memory.owner',
      /bot's account/,
    ],
    [
      "folders of people that are root's under another name",
      'folders: { history: { owner: toor } }',
      { accounts: [...FACTS.accounts, { name: 'toor', uid: 0 }] },
      'folders.history.owner',
      /uid 0/,
    ],
    [
      'the unit of this worker',
      'services: [{ unit: mine.service }]',
      { ownUnit: 'mine.service' },
      'services.0.unit',
      /this worker runs in/,
    ],
    [
      'an alias of sshd',
      'services: [{ unit: remote.service }]',
      { unitNames: { 'remote.service': ['remote.service', 'sshd.service'] } },
      'services.0.unit',
      /lock everybody out/,
    ],
    [
      "another name for docker's gid",
      'roles: { user: { groups: [boats] } }',
      { groups: [...FACTS.groups, { name: 'boats', gid: 900 }] },
      'roles.user.groups',
      /gid of docker/,
    ],
    [
      'a group with gid 0',
      'roles: { user: { groups: [zero] } }',
      { groups: [{ name: 'zero', gid: 0 }] },
      'roles.user.groups',
      /gid of root/,
    ],
  ]

describe('a config against its host', () => {
  it('has no problem when everything that it names is there', () => {
    expect(checkConfigAgainstHost(configOf(GOOD), FACTS)).toEqual([])
  })

  it.each(REFUSED)('does not stand with %s', (_, text, facts, key, says) => {
    const problems = checkConfigAgainstHost(configOf(text), { ...FACTS, ...facts })
    expect(
      problems.find((problem) => problem.key === key && says.test(problem.message)),
      JSON.stringify(problems),
    ).toBeDefined()
  })

  it('is as strict with witness and approver as with the bot, and lets neither become people or own their folders', () => {
    const witness = { user: 'seer', tokenFile: '/w', state: '/ws', language: 'en' } as const
    const config = { ...configOf(GOOD), witness, approver: { user: 'gate' } }
    const good = {
      ...FACTS,
      accounts: [...FACTS.accounts, { name: 'seer', uid: 992 }, { name: 'gate', uid: 993 }],
    }
    expect(checkConfigAgainstHost(config, good)).toEqual([])
    const keys = (accounts: HostConfigFacts['accounts'], change: Partial<Config> = {}) =>
      checkConfigAgainstHost({ ...config, ...change }, { ...FACTS, accounts }).map(
        ({ key, message }) => `${key}: ${message}`,
      )
    expect(keys(FACTS.accounts)).toEqual([
      expect.stringMatching(/^witness\.user: .*no such account/),
      expect.stringMatching(/^approver\.user: .*no such account/),
    ])
    expect(keys([...FACTS.accounts, { name: 'seer', uid: 990 }, { name: 'gate', uid: 0 }])).toEqual([
      expect.stringMatching(/^bot\.user: .*also seer/),
      expect.stringMatching(/^witness\.user: .*also usher/),
      expect.stringMatching(/^approver\.user: .*uid 0/),
      expect.stringMatching(/^approver\.user: .*also root/),
    ])
    expect(keys(good.accounts, { approver: { user: 'ada' } })).toEqual([
      expect.stringMatching(/^approver\.user: .*person on the roster/),
    ])
    const via = { user: 'seer', argv: ['/bin/x', '{os_user}'] }
    const folders = { memory: { owner: 'gate' }, history: { owner: 'person' } }
    expect(keys(good.accounts, { smoke: { ...config.smoke, via }, folders })).toEqual([
      expect.stringMatching(/^smoke\.via\.user: .*steals the witness/),
      expect.stringMatching(/^folders\.memory\.owner: .*approver's account/),
    ])
  })

  it('needs no bot account in single-user mode', () => {
    expect(
      checkConfigAgainstHost(
        { ...configOf(''), mode: 'single-user', botUser: null },
        { ...FACTS, accounts: [] },
      ),
    ).toEqual([])
  })
})
