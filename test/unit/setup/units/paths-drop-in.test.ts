import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Config } from '../../../../src/config/config.ts'
import { systemPaths } from '../../../../src/config/paths.ts'
import { dropInsFor, pathsDropIn, WORKER_WRITES } from '../../../../src/setup/units/paths-drop-in.ts'
import { loadText } from '../../config/load-text.ts'

const { tokenFile, ...paths } = systemPaths()

/** The config of a whole system with nothing but defaults, and what is told apart from them. */
function configWith(more: Partial<Config> & { paths?: Config['paths'] } = {}): Config {
  const loaded = loadText('telegram: { admins: [1] }')
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  const { telegram } = loaded.config
  return {
    ...loaded.config,
    ...{ mode: 'system', botUser: 'usher', paths, telegram: { ...telegram, tokenFile } },
    ...more,
  }
}
const witness = {
  ...{ user: 'usher-witness', tokenFile: '/etc/usher/witness-token', state: '/var/lib/usher-witness' },
  language: 'en',
} as const
const settings = (text: string | null) => (text ?? '').split('\n').filter((line) => /^\w+=/.test(line))

describe('the drop-in of the worker', () => {
  test('is not needed for the default places, nor for others that the unit knows', () => {
    expect(pathsDropIn(configWith())).toBeNull()
    const known = {
      ...paths,
      roster: '/etc/people/users.yaml',
      data: '/home/agents',
      run: '/run/usher/sockets',
    }
    expect(pathsDropIn(configWith({ paths: known }))).toBeNull()
    for (const workspace_base of ['{home}/work', '/home/work/{os_user}', 'work']) {
      expect(pathsDropIn(configWith({ defaults: { workspace_base } }))).toBeNull()
    }
  })

  test('names each folder outside them that is written in, each once and the outermost alone', () => {
    const elsewhere = {
      ...paths,
      roster: '/srv/people/users.yaml',
      data: '/srv/people/data',
      run: '/run/gate/keeper',
    }
    const text = pathsDropIn(
      configWith({ paths: elsewhere, defaults: { workspace_base: '/data/w-{os_user}/x' } }),
    )
    expect(text).toBe(`# Made from the config by usher: what it names outside the places that the unit knows.
[Unit]
RequiresMountsFor="/data"
RequiresMountsFor="/srv/people"

[Service]
ReadWritePaths="-/data"
ReadWritePaths="-/srv/people"
RuntimeDirectory="gate/keeper"
`)
  })

  test.for([
    ['/data/{os_user}', '/data'],
    ['/data/{os_user}/work', '/data'],
    ['/data/people/u{telegram_id}', '/data/people'],
    ['/data/shared', '/data'],
  ])('lets it make a workspace of %s in %s', ([workspace_base, folder]) => {
    expect(settings(pathsDropIn(configWith({ defaults: { workspace_base: workspace_base! } })))).toContain(
      `ReadWritePaths="-${folder}"`,
    )
  })

  test('takes spaces, quotes, backslashes and percent signs as they are', () => {
    const odd = { ...paths, data: '/srv/a "b" \\c 100%' }
    expect(settings(pathsDropIn(configWith({ paths: odd })))).toContain(
      'ReadWritePaths="-/srv/a \\"b\\" \\\\c 100%%"',
    )
  })

  test('rests on what the unit itself says', () => {
    const unit = readFileSync(
      new URL('../../../../deploy/units/usher-worker.service', import.meta.url),
      'utf8',
    )
    const words = (key: string) =>
      [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].flatMap(([, value]) => value!.split(' '))
    const writes = [
      ...words('ReadWritePaths'),
      ...words('StateDirectory').map((name) => `/var/lib/${name}`),
      ...words('RuntimeDirectory').map((name) => `/run/${name}`),
    ]
    expect(WORKER_WRITES.filter((path) => !writes.includes(path))).toEqual([])
  })
})

describe('the drop-ins of bot and witness', () => {
  const of = (config: Config) => {
    const { 'usher-bot.service': bot, 'usher-witness.service': seer } = dropInsFor(config)
    return [settings(bot), settings(seer)]
  }

  test('are not needed for the default places and accounts, with or without a witness', () => {
    expect(of(configWith())).toEqual([[], []])
    expect(of(configWith({ witness }))).toEqual([[], []])
  })

  test('say another account, state and token file, and what was said before is taken back', () => {
    const config = configWith({
      botUser: 'chatty',
      paths: { ...paths, botState: '/srv/bot' },
      witness: { ...witness, user: 'seer', state: '/srv/seer', tokenFile: '/root/seer token' },
    })
    config.telegram.tokenFile = '/root/50%'
    const [bot, seer] = of(config)
    expect(bot).toEqual([
      ...['ConditionPathExists=', 'ConditionPathExists=/root/50%%', 'User=chatty', 'Group='],
      ...['LoadCredential=', 'LoadCredential=telegram-token:/root/50%%', 'ReadWritePaths="-/srv/bot"'],
    ])
    expect(seer).toEqual([
      ...['ConditionPathExists=', 'ConditionPathExists=/root/seer token', 'User=seer', 'Group='],
      ...['LoadCredential=', 'LoadCredential=witness-token:/root/seer token', 'ReadWritePaths="-/srv/seer"'],
    ])
  })

  test('hide roster, secrets, database and data where they are elsewhere', () => {
    const elsewhere = {
      ...{ roster: '/srv/people.yaml', secrets: '/srv/keys.yaml', data: '/srv/data' },
      ...{ state: '/srv/state', run: paths.run, botState: paths.botState },
    }
    const hidden = ['/srv/people.yaml', '/srv/keys.yaml', '/srv/data', '/srv/state'].map(
      (path) => `InaccessiblePaths="-${path}"`,
    )
    expect(of(configWith({ paths: elsewhere, witness }))).toEqual([hidden, hidden])
  })

  test('let a bot that hears deliveries on a Unix socket make it', () => {
    const config = configWith()
    config.telegram.webhook = {
      ...{
        url: 'https://host/x',
        listen: { path: '/run/usher-hook/socket' },
        secretFile: '/etc/usher/webhook',
      },
    }
    expect(of(config)).toEqual([['ReadWritePaths="-/run/usher-hook"'], []])
  })
})
