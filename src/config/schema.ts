import { z } from 'zod'
import { PERMISSIONS } from '../protocol/permissions.ts'

const absolutePath = z
  .string()
  .regex(/^\/[^\0]*$/, 'must be an absolute path')
  .meta({ kind: 'path' })
const telegramId = z
  .number()
  .int()
  .min(1)
  .max(2 ** 52 - 1)
  .meta({ kind: 'Telegram id' })
const duration = z
  .string()
  .regex(/^[1-9][0-9]*(s|m|h|d)$/, 'must be like 30m, 24h or 7d')
  .meta({ kind: 'duration' })
const durationOrNever = z.union([duration, z.literal('never')]).meta({ kind: 'duration or `never`' })
const unit = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9:_.-]*\.service$/, 'must be a plain name.service, no @ and no path')
  .meta({ kind: 'unit' })

const approval = z.strictObject({
  count: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(1)
    .meta({ description: 'distinct people who must approve, 1 to 10', example: '2' }),
  self: z.boolean().default(true).meta({
    description: "whether the requester's own approval counts",
    danger: 'with `true` and a count of 1, one stolen chat is enough for this role',
  }),
  step_up: z.enum(['none', 'totp', 'terminal', 'witness']).default('none').meta({
    description:
      "what an approval needs beside the tap. `totp`: each approval in chat needs a code of the approver's second factor (`sudo usher totp enroll PERSON`). `terminal`: uid 0 confirms the plan with `sudo usher confirm ID`. `witness`: each approval in chat needs the witness's code for this plan and one of the second factor. What each keeps a thief from: [security.md](security.md)",
    usual: '`none` (`admin`: `terminal`)',
    example: 'terminal',
    danger: 'with `none` a stolen bot can grant this role',
  }),
  expires: duration
    .default('24h')
    .meta({ description: 'an undecided request lapses after this; at most `30d`', example: '8h' }),
})

const role = z.strictObject({
  description: z.string().min(1).max(200).optional().meta({
    description: 'one line, shown when a role is chosen',
    usual: 'the name',
    example: 'agents and containers',
  }),
  permissions: z
    .array(z.union([z.enum(PERMISSIONS), z.literal('*')]))
    .optional()
    .meta({
      kind: 'list of permissions',
      description:
        "what a person of this role may do with Usher itself: a list from below, or `['*']` for all",
      usual: '`[]`',
      example: '[requests.read.own, runs.read.own]',
      danger: 'a role that decides for others needs `step_up: terminal` or `witness`',
    }),
  groups: z
    .array(z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/))
    .optional()
    .meta({
      description: 'OS groups that a person of this role joins; nobody is ever taken out of one',
      usual: '`[]`',
      example: '[agents]',
      danger:
        'some groups equal root (docker, disk, sudo, …): such a role needs `step_up: terminal` or `witness`',
    }),
  shell: absolutePath
    .optional()
    .meta({ description: 'shell of accounts that are created', usual: '`/bin/bash`', example: '/bin/zsh' }),
  approval: approval.optional().meta({
    description: 'what granting this role needs',
    usual: 'one approval',
    example: '{ count: 2, step_up: terminal, expires: 8h }',
  }),
})

/** Whose a folder of a person is. */
const folder = (description: string) =>
  z
    .strictObject({ owner: z.string().min(1).default('person').meta({ description, example: 'kai' }) })
    .prefault({})

/** The config file as written: every key that exists, and no other. `load.ts` adds what no schema can see. */
export const configFileSchema = z.strictObject({
  mode: z.enum(['system', 'single-user']).optional().meta({
    description:
      "`system`: root's worker, for all accounts. `single-user`: no root, only the caller's own account, everything under the XDG folders. A file that does not belong to root cannot say `system`",
    usual: '`system` for a file that belongs to root, else `single-user`',
    example: 'single-user',
  }),
  telegram: z
    .strictObject({
      admins: z.array(telegramId).default([]).meta({
        description:
          'numeric Telegram ids (of people, not groups) that are admins until the roster has had an admin of its own',
        example: '[111111111]',
        danger: 'whoever owns such an id decides who gets in',
      }),
      api_root: z.url().default('https://api.telegram.org').meta({
        description: 'the Bot API server, http or https, without user and query',
        example: 'http://127.0.0.1:8081',
        danger:
          'whoever runs this server sees the token and every message, and can speak for everybody in the chat',
      }),
      token_file: absolutePath.optional().meta({
        description:
          "the bot's token, mode 0600, the last place where it is looked for: first comes `$CREDENTIALS_DIRECTORY/telegram-token` (systemd's `LoadCredential=`), then `USHER_TELEGRAM_TOKEN` (never for uid 0)",
        usual: '`/etc/usher/telegram-token`',
        danger: 'whoever reads it is the bot',
      }),
      bot_username: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9_]{2,31}$/, 'must be the username of the bot, without @')
        .optional()
        .meta({
          description:
            "the bot's username without `@`, for the links of [invitations](commands.md#invite-invites); the bot reports its own when it starts, and what stands here is believed more",
          usual: 'as the bot says',
          example: 'your_usher_bot',
        }),
      webhook: z
        .strictObject({
          url: z.url().meta({
            description:
              'where Telegram delivers: `https://` and one of the ports 443, 80, 88, 8443; a path that nobody guesses helps',
            example: 'https://usher.example.org/kJ3nPq0sT9v2',
          }),
          listen: z.string().meta({
            description:
              'where the bot takes it from the proxy: `127.0.0.1:PORT`, `[::1]:PORT` or the path of a Unix socket (mode 0660). No other address. The proxy passes on the same path and the header `X-Telegram-Bot-Api-Secret-Token`',
            example: '127.0.0.1:8080',
          }),
          secret_file: absolutePath.meta({
            description:
              "the secret that Telegram sends along, 32 to 256 letters, digits, `_` and `-`; mode 0600, the bot's: `openssl rand -hex 32 | sudo install -m 0600 -o usher /dev/stdin /etc/usher/webhook-secret`",
            example: '/etc/usher/webhook-secret',
            danger: 'whoever has it can make messages up',
          }),
        })
        .optional()
        .meta({
          description:
            'have Telegram deliver updates instead of asking for them: for a host that has a reverse proxy with a certificate anyway. Without it the bot polls, which needs no open port. Both lose nothing',
          usual: 'none',
        }),
    })
    .prefault({}),
  bot: z
    .strictObject({
      user: z.string().default('usher').meta({
        description:
          'the OS user whose uid may speak for Telegram users. An account of its own: not uid 0, no shared uid, nobody on the roster. Not used in single-user mode',
        danger: 'whoever can run programs as this account can speak for every admin in the chat',
      }),
    })
    .prefault({}),
  /** A second bot that only sends: what a role with `step_up: witness` rests on. */
  witness: z
    .strictObject({
      user: z.string().default('usher-witness').meta({
        description:
          "the OS user whose uid may fetch what the witness sends. As `bot.user` an account of its own, and not the bot's",
      }),
      token_file: absolutePath.default('/etc/usher/witness-token').meta({
        description:
          'the token of that second bot, mode 0600; `$CREDENTIALS_DIRECTORY/witness-token` comes first',
        danger: 'the token of the first bot here would make the second worthless',
      }),
      state: absolutePath
        .default('/var/lib/usher-witness')
        .meta({ description: "the witness's own folder, 0700" }),
      language: z
        .enum(['en', 'de'])
        .default('en')
        .meta({ description: "what it writes in: it knows no chat and so nobody's choice", example: 'de' }),
    })
    .optional(),
  /** An account that admins reach by SSH with a forced command, to decide on a terminal. */
  approver: z
    .strictObject({
      user: z.string().default('usher-approver').meta({
        description:
          'the OS user that may serve admins on `approver.sock`. As `bot.user` an account of its own',
        danger: 'its `authorized_keys` says who decides as whom',
      }),
    })
    .optional(),
  paths: z
    .strictObject({
      roster: absolutePath.optional().meta({
        description: 'the people; you may edit it by hand',
        usual: '`/etc/usher/users.yaml` (`~/.config/usher/users.yaml`)',
        danger: 'whoever writes it decides who has which rights',
      }),
      data: absolutePath.optional().meta({
        description: '`memory/ID` and `history/ID` of each person',
        usual: '`/var/lib/usher/data` (`~/.local/share/usher`)',
      }),
      state: absolutePath.optional().meta({
        description: "the worker's database and what it keeps back",
        usual: '`/var/lib/usher` (`~/.local/state/usher`)',
        danger: 'another folder is another history, and uids that may be given a second time',
      }),
      bot_state: absolutePath.optional().meta({
        description: "the bot's own, 0700; none of the other paths may be inside",
        usual: '`/var/lib/usher-bot` (`~/.local/state/usher-bot`)',
      }),
      run: absolutePath.optional().meta({
        description: 'folder of the sockets',
        usual: '`/run/usher` (`$XDG_RUNTIME_DIR/usher`, else `~/.local/state/usher/run`)',
      }),
      secrets: absolutePath.optional().meta({
        description: "the worker's own, 0600",
        usual: '`/etc/usher/secrets.yaml` (`~/.config/usher/secrets.yaml`)',
        danger: 'whoever reads it can make every code of a second factor',
      }),
    })
    .prefault({}),
  roles: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/), role)
    .default({})
    .meta({ description: 'a mapping of role names', usual: 'built in' }),
  defaults: z
    .strictObject({
      workspace_base: z.string().optional().meta({
        description: 'the workspace; may use `{home}` (at its beginning), `{os_user}`, `{telegram_id}`',
        usual: 'none',
        example: '"{home}/work"',
      }),
      model: z
        .string()
        .optional()
        .meta({ description: 'for the agent service', usual: 'none', example: 'opus' }),
      agent_backend: z
        .string()
        .optional()
        .meta({ description: 'for the agent service', usual: 'none', example: 'claude' }),
      max_budget: z
        .number()
        .positive()
        .optional()
        .meta({ description: 'a number above 0, a month', usual: 'none', example: '50' }),
    })
    .prefault({}),
  memory: z
    .strictObject({
      template: absolutePath.optional().meta({
        description: "file whose text becomes a new person's `MEMORY.md`",
        usual: 'none',
        example: '/etc/usher/MEMORY.md.example',
      }),
    })
    .prefault({}),
  services: z
    .array(
      z.strictObject({
        unit: unit.meta({
          description:
            "a plain `name.service`. Not one of ours, sshd, dbus or systemd's own, under whatever alias",
          example: 'kai.service',
          danger: 'it is restarted by root, for everybody who uses it',
        }),
        action: z.enum(['restart', 'reload', 'remind']).default('restart').meta({
          description: 'what is done with it, or `remind`: it is named on the receipt',
          example: 'reload',
        }),
      }),
    )
    .default([])
    .meta({ description: 'the list', example: '[{ unit: kai.service, action: restart }]' }),
  folders: z
    .strictObject({
      memory: folder(
        "who owns `memory/ID`: `person`, or an OS user such as the agent service's; never root or the bot's account",
      ),
      history: folder('who owns `history/ID`, likewise'),
    })
    .prefault({}),
  smoke: z
    .strictObject({
      agent_command: z.array(z.string().min(1)).min(1).optional().meta({
        description: 'program and arguments, run once as the new person',
        usual: 'none',
        example: '[claude, --version]',
      }),
      path: z.array(z.string()).default(['/usr/local/bin', '/usr/bin', '/bin']).meta({
        description: 'where its program is looked for, as that person; an entry may begin with `{home}`',
        example: '[/usr/bin, /bin, "{home}/.local/bin"]',
      }),
      via: z
        .strictObject({
          user: z.string().meta({
            description: "the service's OS user, never root and never the bot's account",
            example: 'kai',
          }),
          argv: z.array(z.string()).min(1).meta({
            description: 'absolute program and arguments, with `{os_user}` in one of them',
            example: '[/usr/bin/sudo, -n, -H, -u, "{os_user}", --]',
          }),
        })
        .optional()
        .meta({
          description: 'how the agent service becomes a person; the proof then goes this way',
          usual: 'none',
        }),
    })
    .optional(),
  /** Range of uids that belong to people. */
  uids: z
    .strictObject({
      min: z.number().int().positive().meta({
        description: 'the first uid that belongs to a person, at least 500',
        usual: '`UID_MIN` of login.defs(5)',
        example: '1000',
      }),
      max: z.number().int().positive().meta({
        description: "the last one; not 61184 to 65535, which are systemd's and nobody's",
        usual: '`UID_MAX` of login.defs(5)',
        example: '59999',
      }),
    })
    .optional(),
  adopt: z.enum(['owner', 'admin']).default('owner').meta({
    description:
      "who must agree when an existing account is adopted: `owner` (or uid 0 with a reason), or `admin`, then an admin's approval is enough; `doctor` says what that gives away",
    danger: "with `admin`, whoever has an admin's chat can hand anybody's account to somebody else",
  }),
  reconcile: z
    .strictObject({
      every: durationOrNever.default('6h').meta({ description: "the worker's own schedule", example: '24h' }),
      smoke: z
        .boolean()
        .default(false)
        .meta({ description: 'whether the smoke test of everybody is run again, too', example: 'true' }),
      alarm_after: durationOrNever.default('24h').meta({
        description: 'admins are told once when it has not succeeded for this long',
        example: 'never',
      }),
      ignore_accounts: z
        .array(z.string().regex(/^[a-z_][a-z0-9_.-]{0,31}$/))
        .default([])
        .meta({
          description: "accounts in the range of people that are nobody's to ask about, such as your own",
          example: '[backup, me]',
        }),
    })
    .prefault({}),
  /** Who may ask the bot to be let in: strangers, only who was invited, or nobody; and how long that waits for an admin. */
  access: z
    .strictObject({
      ask: z.enum(['anyone', 'invited', 'nobody']).default('anyone').meta({
        description:
          '`anyone`: a stranger who sends `/start` is offered to ask; `invited`: only who opened an invitation; `nobody`: neither',
        example: 'invited',
      }),
      expires: duration.default('7d').meta({
        description: 'a question that no admin answers lapses after this; at most `30d`',
        example: '3d',
      }),
    })
    .prefault({}),
  /** Approvals in chat: how long those of roles with a second factor wait before they run, and how many there may be in 24 h. */
  approval: z
    .strictObject({
      hold: z
        .union([duration, z.literal('none')])
        .default('10m')
        .meta({
          description:
            "how long an approval in chat waits before anything runs, for roles with `step_up: totp` or `witness`: any admin may deny it meanwhile. A time shorter than the role's `expires`, or `none`",
          example: '1h',
          danger: '`none` leaves nobody time to stop what a thief approved',
        }),
      chat_per_day: z.number().int().min(0).max(10_000).default(100).meta({
        description:
          'how many approvals in chat there may be in 24 hours, of all admins together: the most that a stolen bot can give',
        example: '10',
      }),
    })
    .prefault({}),
  audit: z
    .strictObject({
      post_head: z.boolean().default(false).meta({
        description:
          "once a day the end of the history's hash chain is written down as an event, and the bot posts it to the admins' chats: a place that nobody on this host can change. `sudo usher audit verify --head ID:HASH` compares it",
        example: 'true',
      }),
    })
    .prefault({}),
  retention: z
    .strictObject({
      history: durationOrNever
        .refine(
          (text) => text === 'never' || !/^([0-9]+[smh]|[12]?[0-9]d)$/.test(text),
          'must be 30d or more',
        )
        .default('never')
        .meta({
          description:
            'after how long events of the history are forgotten; the history says up to which one, and `usher audit verify` goes on from there. Requests and runs stay',
          example: '730d',
        }),
      answers: duration.default('7d').meta({
        description:
          'how long the first answer to a call is remembered for whoever repeats it under the same key; drafts that nobody submitted go with them',
        example: '2d',
      }),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      group: z
        .string()
        .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be the name of a group')
        .meta({
          description:
            "the group whose members may read the worker's figures on `metrics.sock`, which answers nothing else ([monitor.md](monitor.md)); a group of its own, no person's, none that equals root",
          usual: 'none: only root, on `admin.sock`',
          example: 'usher-metrics',
        }),
    })
    .optional(),
})
export type ConfigFile = z.infer<typeof configFileSchema>
