import { hostname } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { renderLines, styleFor, write } from '../cli/output.ts'
import { helpOf } from '../command/help.ts'
import { SETUP } from '../command/parts/setup.ts'
import { type Environment, readEnvironment } from '../config/environment.ts'
import type { Launch } from '../config/root-caution.ts'
import { type DocumentViolation, jsonDocument } from '../protocol/json-document.ts'
import { createPrograms } from '../provisioning/host/programs/create-programs.ts'
import type { Programs } from '../provisioning/host/programs/programs.ts'
import type { Line } from '../texts/line.ts'
import { plain } from '../texts/plain.ts'
import type { Outcome } from './ensure.ts'
import { examine } from './examine.ts'
import type { Finding } from './finding.ts'
import { createAskTelegram } from './first-start/ask-telegram.ts'
import { type Asker, createAsker } from './first-start/asker.ts'
import { exitOf, type Refusal } from './first-start/codes.ts'
import { completeWithoutQuestions, wishesOfOptions } from './first-start/from-options.ts'
import { type Collected, interview } from './first-start/interview.ts'
import { readSetupOptions, type SetupOptions } from './first-start/options.ts'
import { findSituation, type Situation } from './first-start/situation.ts'
import { byHandLines, ourServices, startServices } from './first-start/start-services.ts'
import { counted, outcomeLines, peopleLines, situationLines, welcomeText } from './first-start/texts.ts'
import { applyWishes, NO_WISHES, wantedConfig } from './first-start/wishes.ts'

/** What `usher setup` finds around it. */
interface World {
  environment: Environment
  uid: number
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable & { isTTY?: boolean; columns?: number }
  stderr: Writable & { isTTY?: boolean; columns?: number }
  signal: AbortSignal
  launch: Launch
}

/** How setup ended; `data` joins the JSON document. */
type End =
  | { ok: true; data: object }
  | { ok: false; refusal: Refusal; violations?: DocumentViolation[]; data?: object }

/** `usher setup`: the first start, and later changes of what it asked. Nothing is written before it is agreed to. */
export async function main(argv: readonly string[], launch: Launch): Promise<number> {
  const read = readSetupOptions(argv)
  const interrupt = new AbortController()
  const stop = () => interrupt.abort()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, stop)
  process.umask(0o077)
  const { stdin, stdout, stderr } = process
  const uid = process.getuid?.() ?? -1
  const world: World = {
    environment: readEnvironment(),
    uid,
    stdin,
    stdout,
    stderr,
    signal: interrupt.signal,
    launch,
  }
  try {
    if (!read.ok)
      return await finish(world, read.json, refused({ code: 'bad_request', message: read.message }))
    if (read.value.help) {
      await write(stdout, helpOf(SETUP))
      return 0
    }
    return await finish(world, read.value.json, await setUp(world, read.value))
  } finally {
    for (const name of signals) process.off(name, stop)
  }
}

async function setUp(world: World, options: SetupOptions): Promise<End> {
  const { environment, uid, stdin, stdout, stderr, signal, launch } = world
  const programs = createPrograms(uid === 0 ? 'system' : 'single-user')
  const found = await findSituation({ environment, uid, programs }, options)
  if (!found.ok) return found
  const { situation } = found
  // With --json the one document is all that stdout gets.
  const page = options.json ? stderr : stdout
  const style = styleFor(page, environment.noColor)
  const show = (lines: readonly Line[]) => write(page, renderLines(lines, style))
  const asks =
    stdin.isTTY === true && stdout.isTTY === true && !options.json && !options.yes && !options.dryRun
  if (!asks && !options.yes && !options.dryRun) {
    const message = `cannot ask without a terminal: say --yes for what the options say (usher setup --help), or --dry-run`
    return refused({ code: 'bad_request', message })
  }
  const pause = createPause(situation)
  try {
    const deps = { launch, situation, options, signal, programs, pauseBot: pause.bot }
    const talk = { ...deps, show, stdin, asker: asks ? createAsker({ stdin, stdout, signal, style }) : null }
    return await inOrder({ ...talk, environment, isPaused: pause.isPaused, resume: pause.resume })
  } finally {
    await pause.resume()
  }
}

interface Talk {
  launch: Launch
  environment: Environment
  situation: Situation
  options: SetupOptions
  programs: Programs
  asker: Asker | null
  stdin: World['stdin']
  signal: AbortSignal
  show(lines: readonly Line[]): Promise<void>
  pauseBot(): Promise<boolean>
  isPaused(): boolean
  resume(): Promise<void>
}

/** Look, ask, show what would be done, do it, start, look again. */
async function inOrder(talk: Talk): Promise<End> {
  const { situation, options, programs, asker, show, signal, environment } = talk
  const { apiRoot, places, system } = situation
  const ask = createAskTelegram({ programs, apiRoot, botUser: system ? places.botUser : null })
  // What init would stumble over is said before anybody is asked anything.
  const asIs = wantedConfig(situation, NO_WISHES, environment)
  if (!asIs.ok) return asIs
  const stumbling = await applyWishes(situation, NO_WISHES, asIs, { programs, dryRun: true })
  if (stumbling.some(({ state }) => state === 'problem')) return notDone(stumbling, 'cannot set this host up')
  const given = await wishesOfOptions({ ...talk, ask })
  if (signal.aborted) return left(true)
  if (!given.ok) return given
  const { collected } = given
  if (asker === null) {
    const done = await completeWithoutQuestions({ ...talk, ask }, collected)
    if (signal.aborted) return left(true)
    if (!done.ok) return done
    await show([...situationLines(situation), ...peopleLines(situation.people, situation.rosterFile)])
  } else if ((await interview({ ...talk, asker, ask }, collected)) === null) return left(signal.aborted)

  const { wishes } = collected
  const config = wantedConfig(situation, wishes, environment)
  if (!config.ok) return config
  const planned = await applyWishes(situation, wishes, config, { programs, dryRun: true })
  if (planned.some(({ state }) => state === 'problem')) return notDone(planned, 'cannot set this host up')
  const hasChanges = planned.some(({ state }) => state === 'change')
  if (options.dryRun || asker !== null) {
    await show(outcomeLines(planned, true))
    if (options.dryRun)
      return { ok: true, data: { dry_run: true, ...described(collected, situation, planned) } }
    if (hasChanges && asker !== null) {
      const agreed = await asker.confirm('Write this?', true)
      if (agreed !== true) return left(signal.aborted)
    }
  }
  // From here on an interrupt is late: what was agreed to is done to its end.
  const outcomes = await applyWishes(situation, wishes, config, { programs, dryRun: false })
  await show(outcomeLines(outcomes, false))
  const problems = outcomes.filter(({ state }) => state === 'problem')
  if (problems.length > 0) return notDone(outcomes, 'cannot write everything')
  await greet(talk, collected, ask)
  return begin(talk, collected, outcomes, hasChanges)
}

/** Tells whoever proved themselves in their own chat. That they cannot be told changes nothing. */
async function greet(
  { situation, signal, show }: Talk,
  collected: Collected,
  ask: ReturnType<typeof createAskTelegram>,
) {
  const token = collected.wishes.token?.text ?? situation.token?.text
  if (token == null || collected.proven.length === 0) return
  for (const { id } of collected.proven) {
    const told = await ask(token, { kind: 'tell', chatId: id, text: welcomeText(hostname()) }, signal)
    if (!told.ok)
      await show([
        { mark: 'kept', text: `${id} could not be told in their chat; they are an admin all the same` },
      ])
  }
}

/** Starts or restarts what is to be, then lets the doctor look. */
async function begin(
  talk: Talk,
  collected: Collected,
  outcomes: Outcome[],
  hasChanges: boolean,
): Promise<End> {
  const { situation, options, asker, show } = talk
  const { units, system, places } = situation
  const hasWitness = places.witness !== null || collected.wishes.witnessToken !== null
  const services = system ? ourServices({ units, hasWitness }) : []
  if (outcomes.some(({ state, subject }) => state === 'change' && subject.startsWith('/etc/systemd/'))) {
    // What is running goes on with what it was started with.
    if (units.canStart()) await units.systemctl('daemon-reload')
  }
  let started: boolean | null = null
  if (services.length > 0 && options.start !== 'never') {
    const running = await Promise.all(services.map((unit) => units.isActive(unit)))
    const isDue = hasChanges || running.includes(false) || talk.isPaused()
    const agreed =
      options.start === 'now' ||
      (asker !== null && isDue && (await asker.confirm('Start Usher now?', true)) === true)
    if (agreed && isDue) {
      const result = await startServices(units, services)
      await show(result.lines)
      started = result.ok
    }
  }
  await talk.resume()
  if (services.length === 0 && hasChanges) {
    await show(
      byHandLines({
        system,
        botUser: system ? places.botUser : null,
        configFile: options.configFile ?? null,
      }),
    )
  } else if (started === null && services.length > 0 && hasChanges) {
    await show([{ mark: 'info', text: `to make it count: sudo systemctl restart ${services.join(' ')}` }])
  }
  if (collected.wishes.witnessToken !== null) await show(witnessLines(collected))
  const findings = await look(talk)
  await show(findingLines(findings))
  const data = { dry_run: false, ...described(collected, situation, outcomes), started, findings }
  if (started === false) {
    const message = 'cannot say that Usher runs: it is set up, but a service did not start'
    return { ok: false, refusal: { code: 'findings', message }, data }
  }
  return { ok: true, data }
}

function witnessLines({ wishes }: Collected): Line[] {
  const admin = wishes.admins[0] ?? 'TELEGRAM_ID'
  return [
    {
      mark: 'info',
      text: `each admin presses Start at @${plain(wishes.witnessToken?.bot.username ?? '', 64)}, once, so that it may write to them`,
    },
    { mark: 'info', text: `and gets a second factor: sudo usher totp enroll ${admin}` },
    { mark: 'info', text: "then a role can have 'step_up: witness' in the config" },
  ]
}

async function look({ situation, environment, options, launch }: Talk): Promise<Finding[]> {
  const explicitFile = options.configFile ?? situation.places.configFile
  return examine({ environment, uid: situation.uid, launch, explicitFile })
}

function findingLines(findings: readonly Finding[]): Line[] {
  const open = findings.filter(({ severity }) => severity !== 'ok')
  const problems = findings.filter(({ severity }) => severity === 'problem').length
  const lines: Line[] = open.flatMap(({ severity, subject, what, fix }) => [
    {
      mark: severity === 'problem' ? ('failed' as const) : ('info' as const),
      text: `${plain(subject)}: ${plain(what)}`,
    },
    ...(fix === undefined ? [] : [{ mark: 'none' as const, text: `mend: ${plain(fix)}`, indent: 2 }]),
  ])
  const summary =
    problems === 0
      ? 'the doctor found no problem'
      : `the doctor found ${counted(problems, 'problem', 'problems')}`
  return [
    ...lines,
    { mark: problems === 0 ? 'done' : 'info', text: `${summary}; usher doctor says it again` },
  ]
}

/** Stops the bot's service while its messages are listened to, and starts it again however setup ends. */
function createPause({ units }: Situation) {
  let isPaused = false
  return {
    isPaused: () => isPaused,
    async bot(): Promise<boolean> {
      isPaused = true
      const stopped = await units.systemctl('stop', ['usher-bot.service'])
      return stopped.ok
    },
    async resume(): Promise<void> {
      if (!isPaused) return
      isPaused = false
      await units.systemctl('start', ['usher-bot.service'])
    },
  }
}

function described({ wishes }: Collected, situation: Situation, changes: readonly Outcome[]) {
  const { people, places, admins } = situation
  return {
    config: places.configFile,
    bot: wishes.token?.bot ?? null,
    admins: [...new Set([...admins.config, ...wishes.admins])],
    changes,
    people: {
      accounts_without_entry: people.withoutEntry.map(({ name, uid }) => ({ os_user: name, uid })),
      entries_without_account: people.withoutAccount.map(({ os_user }) => os_user),
    },
    services: situation.services,
  }
}

function notDone(outcomes: readonly Outcome[], what: string): End {
  const problems = outcomes.filter(({ state }) => state === 'problem')
  const message = `${what}: ${counted(problems.length, 'thing needs', 'things need')} you first`
  const violations = problems.map(({ subject, text }) => ({ field: subject, code: 'problem', message: text }))
  return { ok: false, refusal: { code: 'not_written', message }, violations, data: { changes: outcomes } }
}

function left(interrupted: boolean): End {
  const message = 'nothing was changed'
  return { ok: false, refusal: { code: interrupted ? 'interrupted' : 'cancelled', message } }
}

function refused(refusal: Refusal): End {
  return { ok: false, refusal }
}

async function finish({ stdout, stderr }: World, json: boolean, end: End): Promise<number> {
  if (end.ok) {
    if (json) await write(stdout, jsonDocument({ ok: true, ...end.data }))
    return 0
  }
  const { refusal, violations = [], data } = end
  const { code, message } = refusal
  if (json) await write(stdout, jsonDocument({ ok: false, error: { code, message, violations }, ...data }))
  else {
    const lines = [...message.split('\n'), ...violations.map((one) => `  ${one.field}: ${one.message}`)]
    await write(stderr, `usher setup: ${lines.map((line) => plain(line)).join('\n')}\n`)
  }
  return exitOf(code)
}
