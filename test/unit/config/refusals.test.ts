import { describe, expect, it } from 'vitest'
import { problemsOf } from './load-text.ts'

/** What a config says, the key that is refused, and words that tell why and what to do. */
type Refused = [title: string, text: string, key: string, says: RegExp]
const webhook = (changed: object) =>
  JSON.stringify({
    telegram: {
      webhook: { url: 'https://u.example/x', listen: '127.0.0.1:1', secret_file: '/etc/s', ...changed },
    },
  })
const REFUSED: Refused[] = [
  ['a key that does not exist', 'serivces: []', 'serivces', /did you mean "services"\?/],
  ['a nested key that does not exist', 'paths: { rooster: /a }', 'paths.rooster', /did you mean "roster"\?/],
  ['a key of a role that does not exist', 'roles: { user: { grups: [x] } }', 'roles.user.grups', /"groups"/],
  [
    'a key of a list entry that does not exist',
    'services: [{ unit: a.service, acton: reload }]',
    'services.0.acton',
    /"action"/,
  ],
  [
    'a key twice',
    'bot: { user: a }\nbot: { user: b }',
    'file',
    /cannot parse the file: Map keys must be unique/,
  ],
  ['two documents', 'bot: {}\n---\nbot: {}', 'file', /cannot parse the file/],
  ['an unknown tag', 'bot: !!js/function x', 'file', /cannot parse the file/],
  [
    'a merge of endless aliases',
    [
      'a: &a [x]',
      ...'bcdefgh'.split('').map((n, i) => `${n}: &${n} [${Array(9).fill(`*${'abcdefg'[i]}`)}]`),
    ].join('\n'),
    'file',
    /cannot parse/,
  ],
  ['a list as the whole', '- bot', 'file', /must be a mapping/],
  [
    'a second factor alone for a role that decides',
    'roles: { admin: { approval: { step_up: totp } } }',
    'roles.admin.approval.step_up',
    /a stolen bot must not grant it/,
  ],
  [
    'a second factor alone for a role that can become root',
    'roles: { dev: { groups: [docker], approval: { step_up: totp } } }',
    'roles.dev.approval.step_up',
    /members of docker can become root/,
  ],
  [
    'a witness that there is not',
    'roles: { user: { approval: { step_up: witness } } }',
    'roles.user.approval.step_up',
    /without a witness/,
  ],
  [
    'a hold that outlives the approval',
    'approval: { hold: 2h }\nroles: { user: { approval: { step_up: totp, expires: 1h } } }',
    'roles.user.approval.expires',
    /before approval.hold has passed/,
  ],
  ['a hold without a unit', 'approval: { hold: 10 }', 'approval.hold', /./],
  ['a cap below nothing', 'approval: { chat_per_day: -1 }', 'approval.chat_per_day', /./],
  [
    'an admin without a bot-proof step-up',
    'roles: { admin: { approval: { step_up: none } } }',
    'roles.admin.approval.step_up',
    /stolen bot/,
  ],
  [
    'a root-equivalent group without a bot-proof step-up',
    'roles: { dev: { groups: [docker] } }',
    'roles.dev.approval.step_up',
    /members of docker can become root/,
  ],
  [
    'a root-equivalent group for the built-in user',
    'roles: { user: { groups: [sudo] } }',
    'roles.user.approval.step_up',
    /members of sudo can become root/,
  ],
  [
    'all permissions without a bot-proof step-up',
    "roles: { boss: { permissions: ['*'] } }",
    'roles.boss.approval.step_up',
    /may decide about others/,
  ],
  [
    'approving for others without a bot-proof step-up',
    'roles: { boss: { permissions: [requests.approve.all] } }',
    'roles.boss.approval.step_up',
    /may decide about others/,
  ],
  [
    'all permissions for the public',
    "roles: { public: { permissions: ['*'] } }",
    'roles.public.permissions',
    /cannot give "\*" to strangers/,
  ],
  [
    'deciding by the public',
    'roles: { public: { permissions: [requests.approve.own] } }',
    'roles.public.permissions',
    /approve their own/,
  ],
  ['groups for the public', 'roles: { public: { groups: [games] } }', 'roles.public.groups', /strangers/],
  ['a role called operator', 'roles: { operator: {} }', 'roles.operator', /means uid 0/],
  [
    'a permission that does not exist',
    'roles: { user: { permissions: [request.read.own] } }',
    'roles.user.permissions.0',
    /did you mean "requests.read.own"/,
  ],
  [
    'an expiry beyond a month',
    'roles: { user: { approval: { expires: 31d } } }',
    'roles.user.approval.expires',
    /at most 30d/,
  ],
  [
    'an expiry without a unit',
    'roles: { user: { approval: { expires: 24 } } }',
    'roles.user.approval.expires',
    /must be text/,
  ],
  [
    'no approval at all',
    'roles: { user: { approval: { count: 0 } } }',
    'roles.user.approval.count',
    /at least 1/,
  ],
  ['a group among the admins', 'telegram: { admins: [-100123] }', 'telegram.admins.0', /-100123.*at least 1/],
  ['an admin in quotes', 'telegram: { admins: ["111"] }', 'telegram.admins.0', /must be a number/],
  ['an admin twice', 'telegram: { admins: [1, 1] }', 'telegram.admins.1', /twice/],
  [
    'an api root of another scheme',
    'telegram: { api_root: "file:///etc/shadow" }',
    'telegram.api_root',
    /scheme/,
  ],
  [
    'an api root with a password',
    'telegram: { api_root: "https://u:p@h" }',
    'telegram.api_root',
    /user, password/,
  ],
  ['root as the bot', 'bot: { user: root }', 'bot.user', /uid 0/],
  ['a bot that is no account name', 'bot: { user: "-r" }', 'bot.user', /not a valid account name/],
  ['our own unit', 'services: [{ unit: usher-worker.service }]', 'services.0.unit', /part of Usher/],
  ['sshd', 'services: [{ unit: sshd.service }]', 'services.0.unit', /lock everybody out/],
  ['ssh under its Debian name', 'services: [{ unit: ssh.service }]', 'services.0.unit', /lock everybody out/],
  ['dbus', 'services: [{ unit: dbus.service }]', 'services.0.unit', /whole host/],
  [
    'a unit that is a template instance',
    'services: [{ unit: "a@b.service" }]',
    'services.0.unit',
    /plain name.service/,
  ],
  [
    'a unit that is a path',
    'services: [{ unit: "/etc/x.service" }]',
    'services.0.unit',
    /plain name.service/,
  ],
  [
    'a unit that is an option',
    'services: [{ unit: "--now.service" }]',
    'services.0.unit',
    /plain name.service/,
  ],
  [
    'a target instead of a service',
    'services: [{ unit: "reboot.target" }]',
    'services.0.unit',
    /plain name.service/,
  ],
  ['a unit twice', 'services: [{ unit: a.service }, { unit: a.service }]', 'services.1.unit', /twice/],
  [
    'a relative program to become people',
    'smoke: { via: { user: kai, argv: [sudo, "{os_user}"] } }',
    'smoke.via.argv.0',
    /absolute path/,
  ],
  [
    'becoming people as root',
    'smoke: { via: { user: root, argv: [/usr/bin/sudo, "{os_user}"] } }',
    'smoke.via.user',
    /root/,
  ],
  [
    'becoming nobody in particular',
    'smoke: { via: { user: kai, argv: [/usr/bin/sudo] } }',
    'smoke.via.argv',
    /\{os_user\}/,
  ],
  [
    'a home in the way to become people',
    'smoke: { via: { user: kai, argv: [/usr/bin/sudo, "{home}", "{os_user}"] } }',
    'smoke.via.argv.1',
    /only \{os_user\}/,
  ],
  [
    'a placeholder in the agent command',
    'smoke: { agent_command: [claude, "{home}"] }',
    'smoke.agent_command.1',
    /no placeholder/,
  ],
  ['a relative folder to look programs up in', 'smoke: { path: [bin] }', 'smoke.path.0', /must begin with/],
  ['two folders in one entry', 'smoke: { path: ["/bin:/sbin"] }', 'smoke.path.0', /one folder an entry/],
  [
    'a placeholder that does not exist',
    'defaults: { workspace_base: "/w/{user}" }',
    'defaults.workspace_base',
    /only \{home\}, \{os_user\}, \{telegram_id\}/,
  ],
  [
    'a home in the middle of a path',
    'defaults: { workspace_base: "/w/{home}" }',
    'defaults.workspace_base',
    /at its beginning/,
  ],
  [
    'a relative workspace',
    'defaults: { workspace_base: work }',
    'defaults.workspace_base',
    /must begin with/,
  ],
  [
    'a workspace that climbs out',
    'defaults: { workspace_base: "{home}/../x" }',
    'defaults.workspace_base',
    /\.\./,
  ],
  ['a budget of nothing', 'defaults: { max_budget: 0 }', 'defaults.max_budget', /at least 0, and more/],
  ['a placeholder in a data path', 'paths: { data: "{home}/x" }', 'paths.data', /absolute/],
  ['a relative path', 'paths: { roster: users.yaml }', 'paths.roster', /absolute/],
  [
    'a roster that the bot could replace',
    'paths: { roster: /b/users.yaml, bot_state: /b }',
    'paths.roster',
    /bot could replace/,
  ],
  [
    'a secrets file among the data',
    'paths: { secrets: /d/s.yaml, data: /d }',
    'paths.secrets',
    /inside paths.data/,
  ],
  ['a folder too deep for sockets', `paths: { run: /${'r'.repeat(100)} }`, 'paths.run', /shorter/],
  [
    'an owner that is no account name',
    'folders: { memory: { owner: "../x" } }',
    'folders.memory.owner',
    /not a valid account name/,
  ],
  [
    "folders that are root's",
    'folders: { memory: { owner: root } }',
    'folders.memory.owner',
    /service account/,
  ],
  ...['console-shell', 'debug-shell', 'rescue', 'emergency'].map(
    (name): Refused => [
      `the unit ${name}`,
      `services: [{ unit: ${name}.service }]`,
      'services.0.unit',
      /a shell of root/,
    ],
  ),
  ['a webhook over plain http', webhook({ url: 'http://usher.example/x' }), 'telegram.webhook.url', /https/],
  ['a webhook with a query', webhook({ url: 'https://u.example/x?y=1' }), 'telegram.webhook.url', /query/],
  ['a webhook for everybody', webhook({ listen: '0.0.0.0:8080' }), 'telegram.webhook.listen', /127\.0\.0\.1/],
  ['a webhook on a name', webhook({ listen: 'localhost:8080' }), 'telegram.webhook.listen', /127\.0\.0\.1/],
  ['a webhook without a port', webhook({ listen: '127.0.0.1' }), 'telegram.webhook.listen', /PORT/],
  [
    'a webhook beyond the last port',
    webhook({ listen: '127.0.0.1:65536' }),
    'telegram.webhook.listen',
    /PORT/,
  ],
  ['a webhook in a folder', webhook({ listen: '/run/usher/' }), 'telegram.webhook.listen', /Unix socket/],
  [
    'a webhook without a secret',
    'telegram: { webhook: { url: "https://u.example/x", listen: "127.0.0.1:1" } }',
    'telegram.webhook.secret_file',
    /required/,
  ],
  ['uids of the system', 'uids: { min: 0, max: 60000 }', 'uids.min', /must|at least/],
  ['low uids', 'uids: { min: 100, max: 60000 }', 'uids.min', /belong to the system/],
  ['uids the wrong way round', 'uids: { min: 2000, max: 1000 }', 'uids', /below max/],
  ['uids that take in nobody', 'uids: { min: 1000, max: 70000 }', 'uids', /systemd and nobody/],
  ['uids beyond the last', 'uids: { min: 100000, max: 4294967295 }', 'uids.max', /end at/],
]

describe('a config', () => {
  it.each(REFUSED)('with %s does not load', (_, text, key, says) => {
    const found = problemsOf(text)
    expect(found.find((problem) => problem.key === key)?.message, JSON.stringify(found)).toMatch(says)
  })

  it('that is wrong in many places says all of them at once', () => {
    const keys = problemsOf(
      'bto: {}\nroles: { admin: { approval: { step_up: none } } }\nservices: [{ unit: dbus.service }]\nuids: { min: 5, max: 4 }',
    ).map((problem) => problem.key)
    expect(keys).toEqual(
      expect.arrayContaining(['bto', 'roles.admin.approval.step_up', 'services.0.unit', 'uids']),
    )
  })

  it('never shows control characters of a value raw', () => {
    for (const { message } of problemsOf('bot: { user: "a\\u001b[2J" }\n"k\\u001b": 1')) {
      expect(message).not.toContain('\u001b')
    }
  })
})
