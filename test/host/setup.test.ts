import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BotApiServer, createBotApiServer } from '../support/bot-api-server/server.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'
import { KEYS, type OnTerminal, onTerminal } from '../support/terminal/terminal.ts'

const TOKEN = '110201543:AAF-abcdefghijklmnopqrstuvwxyz012345'
const OTHER_TOKEN = '220302644:BBG-abcdefghijklmnopqrstuvwxyz012345'
const SECRETS = [TOKEN, OTHER_TOKEN].map((token) => token.split(':')[1] ?? '')
const USHER = [process.execPath, '--disable-warning=ExperimentalWarning', 'src/launch.js']
const CONFIG = '/etc/usher/config.yaml'
const PLACES = ['/etc', '/var/lib/usher', '/var/lib/usher-bot', '/var/lib/usher-witness', '/run/usher']

let api: BotApiServer
beforeEach(async () => {
  api = await createBotApiServer({ token: TOKEN, botUsername: 'acme_usher_bot', botName: 'Acme Usher' })
  mkdirSync('/etc/usher', { recursive: true, mode: 0o755 })
  chmodSync('/etc/usher', 0o755)
  writeConfig()
  writeFileSync('/root/token', `${TOKEN}\n`, { mode: 0o600 })
})
afterEach(async () => {
  await api.close()
  for (const place of [
    '/etc/usher',
    ...PLACES.slice(1),
    '/root/token',
    '/root/roster',
    '/home/solo',
    '/home/kim',
  ]) {
    rmSync(place, { recursive: true, force: true })
  }
  for (const name of ['usher', 'usher-witness', 'solo', 'kim']) {
    if (readFileSync('/etc/passwd', 'utf8').includes(`\n${name}:`)) {
      execFileSync('userdel', [name], { stdio: 'ignore' })
    }
  }
})

function writeConfig(more = '', apiRoot = api.url): void {
  writeFileSync(CONFIG, `# the operator's own words\ntelegram:\n  api_root: ${apiRoot}   # nearby\n${more}`)
}

interface Ran {
  status: number | null
  stdout: string
  stderr: string
}

interface Document {
  ok: boolean
  error?: { code: string; message: string; violations: { field: string; message: string }[] }
  bot: { username: string } | null
  admins: number[]
  changes: { state: string; subject: string; text: string }[]
  people: { accounts_without_entry: { os_user: string }[]; entries_without_account: string[] }
}

/** `usher setup` without a terminal. The Bot API server answers meanwhile, so it cannot be waited for synchronously. */
function setup(
  args: string[],
  options: { input?: string; uid?: number; env?: Record<string, string> } = {},
): Promise<Ran> {
  const { input, uid, env } = options
  const child = spawn(USHER[0]!, [...USHER.slice(1), 'setup', ...args], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  child.stdin.end(input ?? '')
  const read = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      read[name] += text
    })
  }
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, ...read })))
}

async function asJson(
  args: string[],
  options: Parameters<typeof setup>[1] = {},
): Promise<{ status: number | null; document: Document; text: string }> {
  const { status, stdout, stderr } = await setup([...args, '--json'], options)
  return { status, document: JSON.parse(stdout) as Document, text: stdout + stderr }
}

/** What setup may change, without times. */
const everything = () => treeSnapshot(...PLACES).filter((line) => !line.startsWith('/etc/mtab'))

function facts(path: string): string {
  return execFileSync('stat', ['-c', '%U:%G %04a', path], { encoding: 'utf8' }).trim()
}

const GIVEN = ['--token-file', '/root/token', '--admin', '42', '--yes']

describe('usher setup without a terminal, as root', () => {
  test('writes config and token with the right owners and modes, and keeps what the config said', async () => {
    const { status, document } = await asJson(GIVEN)
    expect({ status, ok: document.ok }).toEqual({ status: 0, ok: true })
    expect(document).toMatchObject({ bot: { username: 'acme_usher_bot' }, admins: [42] })
    expect(readFileSync(CONFIG, 'utf8')).toBe(
      `# the operator's own words\ntelegram:\n  api_root: ${api.url}   # nearby\n  admins: [42]\n  bot_username: acme_usher_bot\n`,
    )
    expect(readFileSync('/etc/usher/telegram-token', 'utf8')).toBe(`${TOKEN}\n`)
    const wanted = {
      '/etc/usher/config.yaml': 'root:root 0644',
      '/etc/usher/telegram-token': 'usher:usher 0600',
      '/etc/usher/users.yaml': 'root:root 0600',
      '/etc/usher/secrets.yaml': 'root:root 0600',
      '/var/lib/usher-bot': 'usher:usher 0700',
    }
    expect(Object.fromEntries(Object.keys(wanted).map((path) => [path, facts(path)]))).toEqual(wanted)
    expect(readdirSync('/etc/usher').filter((name) => name.includes('usher-setup'))).toEqual([])
  })

  test('changes nothing the second time, whatever is given again', async () => {
    await setup(GIVEN)
    const before = everything()
    const again = await asJson(GIVEN)
    const quiet = await asJson(['--yes'])
    expect([again.status, quiet.status]).toEqual([0, 0])
    expect(new Set([...again.document.changes, ...quiet.document.changes].map(({ state }) => state))).toEqual(
      new Set(['already']),
    )
    expect(everything()).toEqual(before)
  })

  test('gives the token to root where the bot has a unit, which hands it over itself', async () => {
    writeFileSync('/etc/systemd/system/usher-bot.service', '[Service]\nExecStart=/bin/true\n')
    try {
      expect((await setup(GIVEN)).status).toBe(0)
      expect(facts('/etc/usher/telegram-token')).toBe('root:root 0600')
    } finally {
      rmSync('/etc/systemd/system/usher-bot.service')
    }
  })

  test('tells the units of places that they do not know, and takes that back with the config', async () => {
    const unit = '/etc/systemd/system/usher-worker.service'
    writeFileSync(unit, '[Service]\nExecStart=/bin/true\n')
    try {
      writeConfig('paths: { data: /srv/people }\n')
      expect((await setup(GIVEN)).status).toBe(0)
      const dropIn = `${unit}.d/50-paths.conf`
      expect(readFileSync(dropIn, 'utf8')).toContain('ReadWritePaths="-/srv/people"')
      expect(facts(dropIn)).toBe('root:root 0644')
      const before = everything()
      expect((await setup(['--yes'])).status).toBe(0)
      expect(everything()).toEqual(before)
      writeConfig('  admins: [42]\n')
      const { document } = await asJson(['--yes'])
      expect(
        document.changes.filter(({ state }) => state === 'change').map(({ subject }) => subject),
      ).toContain(dropIn)
      expect(existsSync(dropIn)).toBe(false)
    } finally {
      rmSync(unit)
      rmSync(`${unit}.d`, { recursive: true, force: true })
      rmSync('/srv/people', { recursive: true, force: true })
    }
  })

  test('says what is missing, and makes nothing, not even a folder', async () => {
    rmSync('/etc/usher', { recursive: true })
    const { status, document } = await asJson([
      '--admin',
      '42',
      '--yes',
      '--dry-run',
      '--service',
      'agents:remind',
    ])
    expect({ status, fields: document.error?.violations.map(({ field }) => field) }).toEqual({
      status: 2,
      fields: ['token'],
    })
    expect(existsSync('/etc/usher')).toBe(false)
  })

  test('a dry run says the same changes and makes none', async () => {
    const before = everything()
    const dry = await asJson([...GIVEN, '--dry-run'])
    expect(dry.status).toBe(0)
    expect(everything()).toEqual(before)
    const real = await asJson(GIVEN)
    const subjects = ({ changes }: Document) =>
      changes.filter(({ state }) => state === 'change').map(({ subject }) => subject)
    expect(subjects(dry.document)).toEqual(subjects(real.document))
  })

  test('takes services, agent command and witness, and joins them to what is there', async () => {
    await api.addBot({ token: OTHER_TOKEN, botUsername: 'acme_witness_bot' }).bot({})
    writeFileSync('/root/roster', `${OTHER_TOKEN}\n`)
    writeConfig('services:\n  - unit: old.service   # stays\n    action: reload\n')
    const more = [
      '--service',
      'agents.service:restart',
      '--agent-command',
      'claude --version',
      '--witness-token-file',
      '/root/roster',
    ]
    const { status } = await asJson([...GIVEN, ...more])
    expect(status).toBe(0)
    const text = readFileSync(CONFIG, 'utf8')
    expect(text).toContain('  - unit: old.service   # stays\n    action: reload\n')
    expect(text).toContain('unit: agents.service')
    expect(text).toContain('agent_command: [claude, --version]')
    expect(text).toMatch(/^witness: \{\}$/m)
    expect(facts('/etc/usher/witness-token')).toBe('usher-witness:usher-witness 0600')
    expect(facts('/var/lib/usher-witness')).toBe('usher-witness:usher-witness 0700')
  })

  test('shows which accounts could be adopted, and changes none of them', async () => {
    execFileSync('useradd', ['--create-home', 'kim'])
    writeFileSync(
      '/etc/usher/users.yaml',
      'users:\n  - { telegram_id: 9, name: Gone, os_user: gone, role: user }\n',
      { mode: 0o640 },
    )
    const passwd = readFileSync('/etc/passwd', 'utf8')
    const { document } = await asJson(GIVEN)
    expect(document.people.accounts_without_entry.map(({ os_user }) => os_user)).toContain('kim')
    expect(document.people.entries_without_account).toEqual(['gone'])
    expect(readFileSync('/etc/passwd', 'utf8').replace(/^usher:.*\n/m, '')).toBe(passwd)
    expect(facts('/etc/usher/users.yaml')).toBe('root:root 0640')
  })

  test('uses the roster that is named, and leaves it as it is', async () => {
    mkdirSync('/srv/agents', { recursive: true })
    writeFileSync('/srv/agents/users.yaml', '# ours\nusers: []\n', { mode: 0o644 })
    const before = treeSnapshot('/srv/agents')
    expect((await setup([...GIVEN, '--roster', '/srv/agents/users.yaml'])).status).toBe(0)
    expect(readFileSync(CONFIG, 'utf8')).toContain('roster: /srv/agents/users.yaml')
    expect(treeSnapshot('/srv/agents')).toEqual(before)
    rmSync('/srv/agents', { recursive: true })
  })
})

describe('what setup refuses, and leaves everything as it was', () => {
  const refusals: [
    string,
    () => Promise<string[]> | string[],
    { exit: number; code: string; says: RegExp },
  ][] = [
    [
      'a token that Telegram does not know',
      () => {
        writeFileSync('/root/token', `${OTHER_TOKEN}\n`)
        return GIVEN
      },
      { exit: 2, code: 'token_refused', says: /does not know it .*copy it again from @BotFather/ },
    ],
    [
      'a file that holds no token',
      () => {
        writeFileSync('/root/token', 'hunter2\n')
        return GIVEN
      },
      { exit: 2, code: 'token_refused', says: /no token/ },
    ],
    [
      'a token file that is not there',
      () => ['--token-file', '/root/nowhere', '--yes'],
      { exit: 2, code: 'invalid', says: /no such file/ },
    ],
    [
      'a network on which nothing answers',
      async () => {
        await api.close()
        return GIVEN
      },
      { exit: 5, code: 'unreachable', says: /nothing listens there/ },
    ],
    [
      'another bot than the config names',
      () => {
        writeConfig('  bot_username: somebody_elses_bot\n')
        return GIVEN
      },
      { exit: 2, code: 'other_bot', says: /@acme_usher_bot is not @somebody_elses_bot.*--replace-bot/ },
    ],
    [
      'the token of the witness',
      () => {
        writeConfig('witness: {}\n')
        writeFileSync('/etc/usher/witness-token', TOKEN, { mode: 0o600 })
        return GIVEN
      },
      { exit: 2, code: 'other_bot', says: /it is the witness's/ },
    ],
    [
      'a config that does not load',
      () => {
        writeConfig('nonsense: true\n')
        return GIVEN
      },
      { exit: 2, code: 'invalid', says: /nonsense/ },
    ],
    [
      'a bot account that is root',
      () => {
        writeConfig('bot: { user: toor }\n')
        writeFileSync('/etc/passwd', `${readFileSync('/etc/passwd', 'utf8')}toor:x:0:0::/root:/bin/sh\n`)
        return GIVEN
      },
      { exit: 1, code: 'not_written', says: /cannot use the account toor: it is uid 0/ },
    ],
    [
      'a roster with errors, when it is named',
      () => {
        writeFileSync('/root/roster', 'users: [ {name: Nobody} ]\n', { mode: 0o600 })
        return [...GIVEN, '--roster', '/root/roster']
      },
      { exit: 2, code: 'invalid', says: /telegram_id/ },
    ],
    [
      'a token on the command line',
      () => [`--token=${TOKEN}`, '--yes'],
      { exit: 2, code: 'bad_request', says: /every account of this host can read it/ },
    ],
    [
      'a token as an argument',
      () => [TOKEN, '--yes'],
      { exit: 2, code: 'bad_request', says: /every account of this host can read it/ },
    ],
    [
      'a unit that must never restart',
      () => [...GIVEN, '--service', 'ssh'],
      { exit: 2, code: 'bad_request', says: /lock everybody out/ },
    ],
    [
      'no terminal and no --yes',
      () => ['--admin', '42'],
      { exit: 2, code: 'bad_request', says: /without a terminal/ },
    ],
    [
      'nothing to go on',
      () => ['--yes'],
      { exit: 2, code: 'incomplete', says: /--token-file.*--prove-admin/s },
    ],
  ]
  test.each(refusals)('%s', async (_, prepare, wanted) => {
    const passwd = readFileSync('/etc/passwd', 'utf8')
    const args = await prepare()
    const before = everything()
    const { status, document, text } = await asJson(args)
    const { code, message, violations } = document.error ?? { code: '', message: '', violations: [] }
    expect({ status, code }).toEqual({ status: wanted.exit, code: wanted.code })
    expect([message, ...violations.map((one) => `${one.field}: ${one.message}`)].join('\n')).toMatch(
      wanted.says,
    )
    expect(everything()).toEqual(before)
    for (const secret of SECRETS) expect(text).not.toContain(secret)
    writeFileSync('/etc/passwd', passwd)
  })

  test('another bot than the installed one, unless that is meant', async () => {
    await setup(GIVEN)
    await api.addBot({ token: OTHER_TOKEN, botUsername: 'new_bot' }).bot({})
    writeFileSync('/root/token', OTHER_TOKEN)
    const before = everything()
    const refused = await asJson(GIVEN)
    expect([refused.status, refused.document.error?.code]).toEqual([2, 'other_bot'])
    expect(refused.document.error?.message).toContain('(110201543)')
    expect(everything()).toEqual(before)
    expect((await setup([...GIVEN, '--replace-bot'])).status).toBe(0)
    expect(readFileSync('/etc/usher/telegram-token', 'utf8')).toBe(`${OTHER_TOKEN}\n`)
    expect(readFileSync(CONFIG, 'utf8')).toContain('bot_username: new_bot')
  })

  test('a server at api_root that is no Bot API server', async () => {
    const web = createServer((_, response) => response.end('<html>welcome</html>'))
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    writeConfig('', `http://127.0.0.1:${(web.address() as AddressInfo).port}`)
    const { status, document } = await asJson(GIVEN)
    expect([status, document.error?.code]).toEqual([2, 'not_telegram'])
    web.closeAllConnections()
    web.close()
  })

  test('waits out what passes: errors of the server, and being asked to wait', async () => {
    await api.control.inject({
      method: 'getMe',
      fault: { kind: 'answer', error_code: 502, description: 'Bad Gateway' },
    })
    await api.control.inject({ method: 'getMe', fault: { kind: 'too-many-requests', retry_after: 1 } })
    await api.control.inject({ method: 'getMe', fault: { kind: 'drop', when: 'before' } })
    expect((await setup(GIVEN)).status).toBe(0)
  })
})

describe('the token', () => {
  test('stands in no argument list, no environment and no output, and root asks nobody over a network', async () => {
    await api.control.inject({ method: 'getMe', fault: { kind: 'delay', ms: 1500 } })
    const { seen, stop } = watchProcesses()
    const { status, stdout, stderr } = await setup(['--token-stdin', '--admin', '42', '--yes'], {
      input: TOKEN,
      env: { USHER_TELEGRAM_TOKEN: 'not-ours', SOME_SECRET: 'of-the-shell' },
    })
    stop()
    expect(status).toBe(0)
    const talkers = seen.filter(({ argv }) => argv.includes('ask-telegram') && !argv.includes('setpriv'))
    expect(talkers.length).toBeGreaterThan(0)
    for (const { uid, environment } of talkers) {
      expect(uid).not.toBe(0)
      expect(environment).not.toContain('of-the-shell')
    }
    for (const { argv, environment } of seen) {
      expect(argv).not.toContain(SECRETS[0])
      expect(environment).not.toContain(SECRETS[0])
    }
    expect(stdout + stderr).not.toContain(SECRETS[0])
  })

  /** Every process that there is, again and again: what anybody could have read of it. */
  function watchProcesses() {
    const seen: { uid: number; argv: string; environment: string }[] = []
    const timer = setInterval(() => {
      for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
        try {
          const argv = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
          const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
          seen.push({ uid: statSync(`/proc/${pid}`).uid, argv, environment })
        } catch {
          // It ended meanwhile.
        }
      }
    }, 20)
    return { seen, stop: () => clearInterval(timer) }
  }
})

describe('proving an admin by a code', () => {
  const start = (args: string[] = []) =>
    onTerminal([...USHER, 'setup', '--token-file', '/root/token', ...args], {})

  async function codeOn(terminal: OnTerminal): Promise<string> {
    await terminal.until('Waiting')
    const shown = /^ +(\d{4}) (\d{4})\s*$/m.exec(terminal.screen())
    return `${shown?.[1]}${shown?.[2]}`
  }

  test('asks everything that is missing, takes the code from a private chat only, and says so in that chat', async () => {
    await api.control.createUser({ id: 77, first_name: 'Ada', username: 'ada' })
    await api.control.createUser({ id: 88, first_name: 'Eve' })
    await api.control.pressStart({ user: 88 })
    const terminal = onTerminal([...USHER, 'setup'])
    await terminal.answer("The bot's token (not shown)", `nonsense${KEYS.enter}`)
    await terminal.until('this is no token')
    terminal.type(`${TOKEN}${KEYS.enter}`)
    await terminal.answer('This is @acme_usher_bot ("Acme Usher"). Is that right?', KEYS.enter)
    await terminal.answer('Who is the first admin?', KEYS.enter)
    const code = await codeOn(terminal)
    expect(terminal.screen()).toContain(`https://t.me/acme_usher_bot?start=${code}`)
    await api.control.sendText({
      user: 88,
      text: '0000 0001' === `${code.slice(0, 4)} ${code.slice(4)}` ? '0000 0002' : '0000 0001',
    })
    await terminal.until('a wrong code came from Eve, Telegram id 88; 4 tries are left')
    await api.control.pressStart({ user: 77, payload: code })
    await terminal.answer('The code came from Ada (@ada), Telegram id 77. Make them an admin?', KEYS.enter)
    await terminal.answer('Another admin?', KEYS.enter)
    await terminal.answer("What must a new person's account be able to run?", KEYS.enter)
    await terminal.answer('Set up the witness, too', KEYS.enter)
    await terminal.answer('Write this?', KEYS.enter)
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen()).not.toContain(SECRETS[0])
    expect(readFileSync(CONFIG, 'utf8')).toContain('admins: [77]')
    const { messages } = await api.control.chat({ chat: 77 })
    expect(messages.at(-1)?.text).toContain('This chat is now an admin of Usher on')
    // Eve's message is the bot's to answer.
    expect((await api.control.pendingUpdates({})).length).toBeGreaterThan(0)
  })

  test('ends after five wrong codes, and nothing is written', async () => {
    await api.control.createUser({ id: 88, first_name: 'Eve' })
    const before = everything()
    const run = setup(['--token-file', '/root/token', '--prove-admin', '--yes'])
    await expect.poll(() => api.control.isPolling({}), { timeout: 15_000 }).toBe(true)
    await api.control.pressStart({ user: 88 })
    for (let digit = 1; digit <= 5; digit += 1)
      await api.control.sendText({ user: 88, text: `${digit}`.repeat(8) })
    const { status, stderr } = await run
    expect({ status, stderr: stderr.trim() }).toEqual({
      status: 3,
      stderr: expect.stringContaining('5 wrong ones'),
    })
    expect(everything()).toEqual(before)
  })

  test('says who else gets the messages of the bot', async () => {
    await fetch(`${api.url}/bot${TOKEN}/setWebhook?url=https://elsewhere.example/hook`)
    const { status, document } = await asJson(['--token-file', '/root/token', '--prove-admin', '--yes'])
    expect([status, document.error?.code]).toEqual([4, 'conflict'])
    expect(document.error?.message).toContain('it has a webhook')
  })

  test.each([
    ['the token', []],
    ['which bot it is', [['not shown', `${TOKEN}${KEYS.enter}`]]],
    [
      'who is admin',
      [
        ['not shown', `${TOKEN}${KEYS.enter}`],
        ['Is that right?', KEYS.enter],
      ],
    ],
    [
      'the code',
      [
        ['not shown', `${TOKEN}${KEYS.enter}`],
        ['Is that right?', KEYS.enter],
        ['first admin?', KEYS.enter],
      ],
    ],
    [
      'writing',
      [
        ['not shown', `${TOKEN}${KEYS.enter}`],
        ['Is that right?', KEYS.enter],
        ['first admin?', `${KEYS.down}${KEYS.enter}`],
        ['Numeric Telegram id', `42${KEYS.enter}`],
        ['Another admin?', KEYS.enter],
        ['able to run?', KEYS.enter],
        ['witness, too', KEYS.enter],
      ],
    ],
  ] as [string, [string, string][]][])(
    'Ctrl-C when asked for %s leaves everything as it was, and says so',
    async (last, answers) => {
      const before = everything()
      const terminal = onTerminal([...USHER, 'setup'])
      for (const [question, keys] of answers) await terminal.answer(question, keys)
      const asked = {
        'the token': 'not shown',
        'which bot it is': 'Is that right?',
        'who is admin': 'first admin?',
        'the code': 'Waiting',
        writing: 'Write this?',
      }
      await terminal.answer(asked[last as keyof typeof asked], KEYS.ctrlC)
      expect([3, 130]).toContain(await terminal.ended)
      expect(terminal.screen()).toContain('nothing was changed')
      expect(everything()).toEqual(before)
    },
  )

  test('a second setup at a terminal shows what is set and changes nothing by default', async () => {
    await setup(GIVEN)
    const before = everything()
    const terminal = start()
    await terminal.answer('What do you want to change?', KEYS.enter)
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen()).toContain("bot's token: of the bot 110201543")
    expect(terminal.screen()).not.toContain('Write this?')
    expect(everything()).toEqual(before)
  })
})

describe('usher setup without root', () => {
  test("sets up one's own account, in one's own folders, with a child of the same uid", async () => {
    execFileSync('useradd', ['--create-home', 'solo'])
    const uid = Number(execFileSync('id', ['-u', 'solo'], { encoding: 'utf8' }))
    rmSync('/etc/usher', { recursive: true })
    const folder = '/home/solo/.config/usher'
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(`${folder}/config.yaml`, `telegram: { api_root: "${api.url}" }\n`)
    for (const path of ['/home/solo/.config', folder, `${folder}/config.yaml`]) chownSync(path, uid, uid)
    const { status, document } = await asJson(['--token-stdin', '--admin', '42', '--yes'], {
      uid,
      input: TOKEN,
      env: { HOME: '/home/solo' },
    })
    expect({ status, ok: document.ok }).toEqual({ status: 0, ok: true })
    expect(facts(`${folder}/telegram-token`)).toBe('solo:solo 0600')
    expect(readFileSync(`${folder}/config.yaml`, 'utf8')).toBe(
      `telegram: { api_root: "${api.url}", admins: [42], bot_username: acme_usher_bot }\n`,
    )
  })
})
