import { parseArgs } from 'node:util'
import { unitProblem } from '../../config/value-problems.ts'
import type { ServiceAction } from '../../domain/step.ts'
import { isTelegramId } from '../../domain/telegram-id.ts'
import { commandWords } from './agent-command.ts'

export const SETUP_HELP = `usage: usher setup [OPTION]...

The first start: asks for the bot's token and who the first admin is, shows which people and services this host has, and writes config
and secrets. In a terminal it asks; otherwise everything is an option. Said again, it shows what is set and changes what you choose.

  --token-file FILE        take the bot's token from a file ...
  --token-stdin            ... or from standard input; never from an argument, which every account of this host can read
  --replace-bot            take the token although it is another bot's than before
  --admin TELEGRAM_ID      a first admin, by numeric Telegram id; may be given more than once
  --prove-admin            show a one-time code and wait until it is sent to the bot: who sends it becomes an admin
  --roster FILE            the users.yaml to use, where there is one already
  --service UNIT[:ACTION]  a service to tell about new people: restart (default), reload or remind; may be given more than once
  --agent-command COMMAND  what a new person must be able to run, e.g. 'claude --version'; empty for nothing
  --witness-token-file FILE  set up the second, send-only bot, too, with this token
  --now                    start the services without asking
  --no-start               start nothing
  --yes                    ask nothing: do what the options say
  --dry-run                only say what would be changed
  --config FILE            the config to make or to change
  --json                   print exactly one JSON document
`

export interface SetupOptions {
  configFile: string | undefined
  tokenFile: string | undefined
  tokenStdin: boolean
  replaceBot: boolean
  admins: number[]
  proveAdmin: boolean
  roster: string | undefined
  services: { unit: string; action: ServiceAction }[]
  /** Undefined: not said; empty: none. */
  agentCommand: string[] | undefined
  witnessTokenFile: string | undefined
  start: 'ask' | 'now' | 'never'
  yes: boolean
  dryRun: boolean
  json: boolean
  help: boolean
}

export type ReadOptions = { ok: true; value: SetupOptions } | { ok: false; json: boolean; message: string }

/** What the command line says. No message quotes anything that could be a token. */
export function readSetupOptions(argv: readonly string[]): ReadOptions {
  const json = argv.includes('--json')
  const refuse = (message: string): ReadOptions => ({ ok: false, json, message })
  if (argv.some((word) => /^--(witness-)?token(=|$)/.test(word) || /[0-9]{5,}:[A-Za-z0-9_-]{20,}/.test(word))) {
    return refuse(
      'cannot take a token from the command line: every account of this host can read it there, and the shell may keep it; give it by --token-file FILE or --token-stdin, and make a new one with /revoke at @BotFather if this one is in use',
    )
  }
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        'token-file': { type: 'string' },
        'token-stdin': { type: 'boolean', default: false },
        'replace-bot': { type: 'boolean', default: false },
        admin: { type: 'string', multiple: true, default: [] },
        'prove-admin': { type: 'boolean', default: false },
        roster: { type: 'string' },
        service: { type: 'string', multiple: true, default: [] },
        'agent-command': { type: 'string' },
        'witness-token-file': { type: 'string' },
        now: { type: 'boolean', default: false },
        'no-start': { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const excluded: [boolean, string][] = [
      [values['token-file'] !== undefined && values['token-stdin'], '--token-file and --token-stdin'],
      [values.now && values['no-start'], '--now and --no-start'],
      [values['prove-admin'] && values['dry-run'], '--prove-admin and --dry-run'],
    ]
    const both = excluded.find(([is]) => is)
    if (both !== undefined) return refuse(`cannot use ${both[1]} together: choose one`)
    const wrongId = values.admin.find((text) => !/^[0-9]{1,16}$/.test(text) || !isTelegramId(Number(text)))
    if (wrongId !== undefined) {
      return refuse(`cannot use --admin ${JSON.stringify(wrongId)}: a Telegram id is a positive integer`)
    }
    const services = values.service.map(serviceOf)
    const wrongService = services.find((service) => 'problem' in service)
    if (wrongService !== undefined && 'problem' in wrongService) return refuse(wrongService.problem)
    const agent = values['agent-command'] === undefined ? undefined : commandWords(values['agent-command'])
    if (agent === null) return refuse('cannot understand --agent-command: a quote in it is not closed')
    return {
      ok: true,
      value: {
        configFile: values.config,
        tokenFile: values['token-file'],
        tokenStdin: values['token-stdin'],
        replaceBot: values['replace-bot'],
        admins: [...new Set(values.admin.map(Number))],
        proveAdmin: values['prove-admin'],
        roster: values.roster,
        services: services.flatMap((service) => ('problem' in service ? [] : [service])),
        agentCommand: agent,
        witnessTokenFile: values['witness-token-file'],
        start: values.now ? 'now' : values['no-start'] ? 'never' : 'ask',
        yes: values.yes,
        dryRun: values['dry-run'],
        json: values.json,
        help: values.help,
      },
    }
  } catch (error) {
    return refuse(`cannot understand this: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** `UNIT[:ACTION]`; a name without a suffix is a service. */
function serviceOf(text: string): { unit: string; action: ServiceAction } | { problem: string } {
  const [, name = '', action = 'restart'] = /^(.*?)(?::(restart|reload|remind))?$/.exec(text) ?? []
  const unit = name.endsWith('.service') ? name : `${name}.service`
  const shown = JSON.stringify(text)
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*\.service$/.test(unit)) {
    return {
      problem: `cannot use --service ${shown}: write name.service, or name.service:restart, :reload or :remind; no @ and no path`,
    }
  }
  const why = unitProblem(unit)
  if (why !== null) return { problem: `cannot use --service ${shown}: ${why}` }
  return { unit, action: action as ServiceAction }
}
