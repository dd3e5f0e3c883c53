import type { ServiceAction } from '../../domain/step.ts'
import { isTelegramId } from '../../domain/telegram-id.ts'
import type { Programs } from '../../provisioning/host/programs/programs.ts'
import { plain } from '../../texts/plain.ts'
import { commandText, commandWords, findsProgram } from './agent-command.ts'
import type { AskTelegram } from './ask-telegram.ts'
import type { Asker } from './asker.ts'
import { checkBotToken, formProblem } from './check-token.ts'
import { proveOne } from './one-proof.ts'
import type { SetupOptions } from './options.ts'
import type { ProvenPerson } from './prove-admin.ts'
import type { Situation } from './situation.ts'
import type { BotIdentity } from './telegram-calls.ts'
import { peopleLines, personText, situationLines } from './texts.ts'
import type { Wishes } from './wishes.ts'

export interface InterviewDeps {
  situation: Situation
  options: SetupOptions
  asker: Asker
  ask: AskTelegram
  programs: Pick<Programs, 'runAsPerson'>
  signal: AbortSignal
  /** Stops the bot's service until setup is through. */
  pauseBot(): Promise<boolean>
}

/** What grows while it is asked. */
export interface Collected {
  wishes: Wishes
  /** Who proved themselves, to be told in their chat. */
  proven: ProvenPerson[]
}

/** How a question ended: `left` is for the whole of it. */
type Asked = 'answered' | 'left'

/**
 * The questions, at a terminal. What is missing is asked first; where nothing is, a menu offers what there is to change, and changing nothing
 * stands first. Only asks: nothing is written here. Null: the operator left.
 */
export async function interview(deps: InterviewDeps, collected: Collected): Promise<Collected | null> {
  const { situation, asker, options } = deps
  await asker.show([...situationLines(situation), ...peopleLines(situation.people, situation.rosterFile)])
  const { admins } = situation
  const hasToken = collected.wishes.token !== null || situation.token?.text != null
  const hasAdmin = collected.wishes.admins.length + admins.config.length + admins.roster > 0
  const isFirst = !hasToken || !hasAdmin || situation.config?.file == null
  if (!isFirst) return (await menu(deps, collected)) === 'left' ? null : collected
  if (!hasToken && (await askToken(deps, collected)) === 'left') return null
  if (!hasAdmin || options.proveAdmin) {
    if ((await askAdmins(deps, collected)) === 'left') return null
  }
  const rest = [
    ...(collected.wishes.services === null && situation.services.length > 0 ? [askServices] : []),
    ...(collected.wishes.agentCommand === null ? [askAgentCommand] : []),
    ...(collected.wishes.witnessToken === null && situation.system ? [offerWitness] : []),
  ]
  for (const question of rest) if ((await question(deps, collected)) === 'left') return null
  return collected
}

type Topic = 'nothing' | 'token' | 'admins' | 'services' | 'agent' | 'witness'

async function menu(deps: InterviewDeps, collected: Collected): Promise<Asked> {
  const { asker, situation, options } = deps
  if (options.proveAdmin && (await askAdmins(deps, collected)) === 'left') return 'left'
  for (;;) {
    const chosen = await asker.choose<Topic>(
      'What do you want to change?',
      [
        { value: 'nothing', label: 'Nothing more' },
        { value: 'token', label: "The bot's token" },
        { value: 'admins', label: 'Add an admin' },
        ...(situation.services.length > 0
          ? [{ value: 'services' as const, label: 'The services that are told about new people' }]
          : []),
        { value: 'agent', label: "The agent's command" },
        ...(situation.system
          ? [{ value: 'witness' as const, label: "The witness's token (a second bot that only sends)" }]
          : []),
      ],
      'nothing',
    )
    if (chosen === null) return 'left'
    if (chosen === 'nothing') return 'answered'
    const question = {
      token: askToken,
      admins: askAdmins,
      services: askServices,
      agent: askAgentCommand,
      witness: askWitness,
    }[chosen]
    if ((await question(deps, collected)) === 'left') return 'left'
  }
}

async function askToken(deps: InterviewDeps, collected: Collected): Promise<Asked> {
  const { asker } = deps
  await asker.show([
    {
      mark: 'info',
      text: 'A bot comes from @BotFather in Telegram: /newbot there makes one and shows its token.',
    },
  ])
  const token = await askBot(
    deps,
    'bot',
    "The bot's token (not shown)",
    botIdOf(collected.wishes.witnessToken),
  )
  if (token === null) return 'left'
  collected.wishes = { ...collected.wishes, token }
  return 'answered'
}

/** A token, checked, and agreed to; null: left. Refused ones are asked for again. */
async function askBot(
  { asker, situation, ask, signal }: InterviewDeps,
  which: 'bot' | 'witness',
  message: string,
  otherBotId: number | undefined,
): Promise<{ text: string; bot: BotIdentity } | null> {
  for (;;) {
    const text = await asker.secret(message, formProblem)
    if (text === null) return null
    await asker.show([{ mark: 'doing', text: 'asking Telegram whose token this is' }])
    const other = otherBotId === undefined ? {} : { otherBotId }
    const checked = await checkBotToken(text, { situation, ask, signal, which, ...other })
    if (signal.aborted) return null
    if (!checked.ok) {
      await asker.show([{ mark: 'failed', text: plain(checked.refusal.message) }])
      continue
    }
    const { bot } = checked.token
    await asker.show(checked.surprises.map((surprise) => ({ mark: 'kept' as const, text: surprise })))
    const name = `@${plain(bot.username, 64)} ("${plain(bot.name, 64)}")`
    const right = await asker.confirm(`This is ${name}. Is that right?`, checked.surprises.length === 0)
    if (right === null) return null
    if (right) return checked.token
  }
}

async function askAdmins(deps: InterviewDeps, collected: Collected): Promise<Asked> {
  const { asker, situation } = deps
  const hadSome = situation.admins.config.length + situation.admins.roster > 0
  for (;;) {
    const count = collected.wishes.admins.length
    const first = hadSome ? 'Who is to be an admin, too?' : 'Who is the first admin?'
    const how = await asker.choose(
      count === 0 ? first : 'Another admin?',
      [
        ...(count === 0 ? [] : [{ value: 'none' as const, label: 'No' }]),
        {
          value: 'code' as const,
          label: 'Show a code, which they send to the bot',
          hint: 'proves that it is them',
        },
        { value: 'id' as const, label: 'Type their numeric Telegram id' },
        ...(count === 0 ? [hadSome ? NOBODY_MORE : NOBODY_YET] : []),
      ],
      count === 0 ? 'code' : 'none',
    )
    if (how === null) return 'left'
    if (how === 'none') return 'answered'
    const asked = how === 'id' ? await askId(deps, collected) : await askProof(deps, collected)
    if (asked === 'left') return 'left'
  }
}

const NOBODY_MORE = { value: 'none' as const, label: 'Nobody more' }
const NOBODY_YET = {
  value: 'none' as const,
  label: 'Nobody yet',
  hint: 'everything only as root, on a terminal',
}

async function askId({ asker }: InterviewDeps, collected: Collected): Promise<Asked> {
  const check = (text: string) =>
    /^[1-9][0-9]{0,15}$/.test(text) && isTelegramId(Number(text))
      ? null
      : 'digits only, no username; not known? take the code'
  const text = await asker.text('Numeric Telegram id of the admin', { check })
  if (text === null) return 'left'
  addAdmin(collected, Number(text))
  return 'answered'
}

async function askProof(deps: InterviewDeps, collected: Collected): Promise<Asked> {
  const { asker, situation, ask, signal } = deps
  const token = await tokenToHearWith(deps, collected)
  if (token === null) return signal.aborted ? 'left' : 'answered'
  if (await situation.units.isActive('usher-bot.service')) {
    const stop = await asker.confirm(
      'The bot runs and gets its messages itself. Stop it until this is done?',
      true,
    )
    if (stop === null) return 'left'
    if (!stop || !(await deps.pauseBot())) return 'answered'
  }
  const show = (lines: Parameters<Asker['show']>[0]) => asker.show(lines)
  const proven = await proveOne(token, { situation, ask, signal, show })
  if (signal.aborted) return 'left'
  if (!proven.ok) {
    await asker.show([{ mark: 'failed', text: plain(proven.refusal.message) }])
    return 'answered'
  }
  const right = await asker.confirm(
    `The code came from ${personText(proven.person)}. Make them an admin?`,
    true,
  )
  if (right === null) return 'left'
  if (!right) return 'answered'
  addAdmin(collected, proven.person.id)
  collected.proven.push(proven.person)
  return 'answered'
}

/** The token of this run, or the installed one, with the bot that it belongs to. */
async function tokenToHearWith({ situation, ask, signal, asker }: InterviewDeps, { wishes }: Collected) {
  if (wishes.token !== null) return wishes.token
  const text = situation.token?.text
  if (text == null) {
    await asker.show([{ mark: 'failed', text: "cannot show a code: the bot's token is not known yet" }])
    return null
  }
  const checked = await checkBotToken(text, { situation, ask, signal, which: 'bot' })
  if (checked.ok) return checked.token
  await asker.show([{ mark: 'failed', text: plain(checked.refusal.message) }])
  return null
}

function addAdmin(collected: Collected, id: number): void {
  const admins = [...new Set([...collected.wishes.admins, id])]
  collected.wishes = { ...collected.wishes, admins }
}

async function askServices({ asker, situation }: InterviewDeps, collected: Collected): Promise<Asked> {
  const before = collected.wishes.services ?? situation.config?.services ?? []
  const known = new Set(situation.services.map(({ unit }) => unit))
  const choices = situation.services.map(({ unit, description, user, isActive }) => ({
    value: unit,
    label: unit,
    hint: [
      plain(description, 60),
      user === null ? '' : `as ${plain(user, 32)}`,
      isActive ? 'runs' : 'does not run',
    ]
      .filter((part) => part !== '')
      .join(', '),
  }))
  const others = before.filter(({ unit }) => !known.has(unit))
  const chosen = await asker.chooseMany(
    'Which of these services of this host must restart before they know a new person? (space chooses, enter goes on)',
    [
      ...choices,
      ...others.map(({ unit }) => ({ value: unit, label: unit, hint: 'in the config, not found here' })),
    ],
    before.map(({ unit }) => unit),
  )
  if (chosen === null) return 'left'
  const actionOf = (unit: string): ServiceAction =>
    before.find((one) => one.unit === unit)?.action ?? 'restart'
  const services = chosen.map((unit) => ({ unit, action: actionOf(unit) }))
  const isSame = services.length === before.length && before.every(({ unit }) => chosen.includes(unit))
  if (!isSame) collected.wishes = { ...collected.wishes, services }
  return 'answered'
}

async function askAgentCommand(deps: InterviewDeps, collected: Collected): Promise<Asked> {
  const { asker, situation, programs } = deps
  const before = collected.wishes.agentCommand ?? situation.config?.smoke.agentCommand ?? []
  const text = await asker.text(
    "What must a new person's account be able to run? E.g. claude --version; empty for nothing",
    {
      initial: commandText(before),
      check: (typed) => (commandWords(typed) === null ? 'a quote is not closed' : null),
    },
  )
  if (text === null) return 'left'
  const words = commandWords(text) ?? []
  if (commandText(words) === commandText(before)) return 'answered'
  collected.wishes = { ...collected.wishes, agentCommand: words }
  const program = words[0]
  // Looked up as somebody who is here: what only root finds does not help a person.
  const account = situation.people.accounts[0]
  if (program === undefined || account === undefined) return 'answered'
  const { name: osUser, uid, gid, home, shell } = account
  const path = situation.config?.smoke.path ?? ['/usr/local/bin', '/usr/bin', '/bin']
  const finds = await findsProgram(programs, { osUser, uid, gid, home, shell }, program, path)
  if (finds !== null) {
    const where = `${plain(osUser, 64)}, for example, ${finds ? 'finds' : 'does not find'} ${plain(program, 200)} in ${plain(path.join(':'))}`
    const advice = finds ? '' : '; install it there, or add its folder to smoke.path in the config'
    await asker.show([{ mark: finds ? 'already' : 'kept', text: `${where}${advice}` }])
  }
  return 'answered'
}

async function offerWitness(deps: InterviewDeps, collected: Collected): Promise<Asked> {
  const wants = await deps.asker.confirm(
    "Set up the witness, too: a second bot that only sends, for roles whose approval must hold against a stolen bot ('step_up: witness')?",
    false,
  )
  if (wants === null) return 'left'
  return wants ? askWitness(deps, collected) : 'answered'
}

async function askWitness(deps: InterviewDeps, collected: Collected): Promise<Asked> {
  const token = await askBot(
    deps,
    'witness',
    "The witness's token, of another bot (not shown)",
    botIdOf(collected.wishes.token),
  )
  if (token === null) return 'left'
  collected.wishes = { ...collected.wishes, witnessToken: token }
  return 'answered'
}

function botIdOf(token: { bot: BotIdentity } | null): number | undefined {
  return token?.bot.id
}
