import { SETUP } from '../../command/parts/setup.ts'
import { readCommandLine } from '../../command/read-command-line.ts'
import { unitProblem } from '../../config/value-problems.ts'
import type { ServiceAction } from '../../domain/step.ts'
import { isTelegramId } from '../../domain/telegram-id.ts'
import { commandWords } from './agent-command.ts'

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
  if (
    argv.some((word) => /^--(witness-)?token(=|$)/.test(word) || /[0-9]{5,}:[A-Za-z0-9_-]{10,}/.test(word))
  ) {
    return refuse(
      'cannot take a token from the command line: every account of this host can read it there, and the shell may keep it; give it by --token-file FILE or --token-stdin, and make a new one with /revoke at @BotFather if this one is in use',
    )
  }
  const line = readCommandLine(SETUP, argv)
  if (!line.ok) return line
  const { values } = line
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
      help: line.help,
    },
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
