import { existsSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { configViolations } from '../config/config-violations.ts'
import type { Environment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { SYSTEM_CONFIG_FILE } from '../config/paths.ts'
import type { DocumentViolation } from '../protocol/json-document.ts'
import { jsonDocument } from '../protocol/json-document.ts'
import type { Outcome } from '../setup/ensure.ts'
import { freshPlaces, placesOf } from '../setup/init-places.ts'
import type { InitPlaces } from '../setup/init-plan.ts'
import type { InstallHost, InstallPorts } from './context.ts'
import type { Image } from './image.ts'
import { type InstallWish, install, planInstall } from './install.ts'
import { withInstallLock } from './lock.ts'
import { nextSteps, type Output, Progress, refuse } from './output.ts'
import { machineObstacles, obstacles, thisMachine } from './preconditions.ts'
import { type InstallRecord, PROGRAM_FOLDER, readRecord } from './record.ts'
import { type HalfFinished, recover } from './recover.ts'
import { switchTo } from './switch.ts'
import { readSwitching } from './switching.ts'
import { trustWriters } from './trust.ts'
import { writersOf } from './writers.ts'

export interface InstallImagePorts {
  host: InstallHost
  signal: AbortSignal
  output: Output
  environment: Environment
  image: Image
}

export interface InstallImageWish {
  now: boolean
  dryRun: boolean
  /** `--trust-owner`. */
  trusted: string | null
  /** What brings the image; null for whatever brought what is installed. */
  by: InstallRecord['by'] | null
  switching: InstallWish['switching']
}

/** Installs the image that this program belongs to, and says what it did and what comes next; gives the exit status. */
export async function installImage(ports: InstallImagePorts, wish: InstallImageWish): Promise<number> {
  const { image, output } = ports
  const wrong = machineObstacles(image, thisMachine())
  if (wrong.length > 0) return refuseObstacles(output, wrong)
  if (image.tree !== `${PROGRAM_FOLDER}/${image.manifest.version}`) {
    const trust = { trusted: wish.trusted, ask: false }
    const trusted = await trustWriters(image.tree, await writersOf(ports.host.programs, image.tree), trust)
    if (!trusted.ok) {
      const violation = { field: image.tree, code: 'untrusted', message: trusted.message }
      return output.json
        ? refuseObstacles(output, [violation])
        : refuse(output, 2, 'invalid', trusted.message)
    }
  }
  if (wish.dryRun) return perform(ports, wish)
  const locked = await withInstallLock(() => perform(ports, wish))
  return locked.ok ? locked.value : refuse(output, 4, 'held', locked.message)
}

async function perform(
  { host, signal, output, environment, image }: InstallImagePorts,
  { now, dryRun, by: named, switching }: InstallImageWish,
): Promise<number> {
  const { version } = image.manifest
  const progress = new Progress(output, dryRun)
  const show = (text: string) => progress.text(text)
  const installPorts: InstallPorts = {
    host,
    signal,
    onOutcome: (outcome) => progress.outcome(outcome),
    onRemoval: (removal) => progress.removal(removal),
    say: (text) => show(`            ${text}\n`),
  }
  const recovered = await recover(installPorts, dryRun)
  if (!recovered.ok) return refuse(output, 2, 'invalid', recovered.message)
  const half = recovered.found
  if (half !== null) show(halfFinishedText(half, dryRun))
  const record = readRecord(host.root, host.owner)
  if (!record.ok) return refuse(output, 2, 'invalid', record.message)
  const places = placesHere(environment)
  if (!places.ok) return refuse(output, 2, 'invalid', places.message, { violations: places.violations })
  const by = named ?? record.value?.by ?? 'install'
  const wish = { image, places: places.value, config: places.config, by, now, switching, switchTo }
  const situation = { host, image, places: places.value, record: record.value, by }
  const found = await obstacles(situation, thisMachine())
  if (found.length > 0 && !dryRun) return refuseObstacles(output, found)

  const plan = await planInstall(installPorts, wish, record.value)
  const wrong = plan.filter(({ state }) => state === 'problem')
  const inTheWay = [
    ...found,
    ...wrong.map(({ subject, text }) => ({ field: subject, code: 'problem', message: text })),
  ]
  if (dryRun) for (const outcome of plan) if (outcome.state === 'change') progress.outcome(outcome, true)
  if (inTheWay.length > 0) {
    progress.end()
    return refuseObstacles(output, inTheWay, dryRun ? { dry_run: true, changes: plan } : {})
  }
  const wanted = plan.filter(({ state }) => state === 'change').length
  if (dryRun) {
    show(summaryText(plan, `Nothing was changed. ${wanted} things would be`))
    if (output.json) output.write(jsonDocument({ ok: true, dry_run: true, version, changes: plan }))
    return 0
  }
  const unfinished = readSwitching(host.root) !== null || (record.value !== null && record.value.by !== by)
  if (wanted === 0 && !now && !unfinished) {
    show(`usher ${version} is installed; nothing to change (${plan.length} things looked at).\n`)
    if (output.json)
      output.write(
        jsonDocument({ ok: true, dry_run: false, version, changed: false, changes: plan, started: [] }),
      )
    return 0
  }
  const result = await install(installPorts, wish, record.value)
  progress.end()
  if (!result.ok) {
    const { problem, left, stayed } = result
    const back = stayed
      ? 'it is installed'
      : left.length === 0
        ? 'everything done so far was taken back'
        : `taken back but for: ${left.map(({ subject }) => subject).join(', ')}`
    const message = `cannot install usher ${version}: ${problem.subject}: ${problem.text}; ${back}`
    const violations = [{ field: problem.subject, code: 'problem', message: problem.text }]
    return refuse(output, 1, 'internal', message, {
      violations: output.json ? violations : [],
      changes: result.outcomes,
      left,
    })
  }
  show(summaryText(result.outcomes, ''))
  show(doneText(version, by, result, places.value))
  if (output.json) {
    const { outcomes, from, started } = result
    output.write(
      jsonDocument({ ok: true, dry_run: false, version, from, changed: true, changes: outcomes, started }),
    )
  }
  return 0
}

export type PlacesHere =
  | { ok: true; value: InitPlaces; config: Config | null }
  | { ok: false; message: string; violations: readonly DocumentViolation[] }

/** Where everything goes by the system's config, else the defaults. */
export function placesHere(environment: Environment): PlacesHere {
  if (!existsSync(SYSTEM_CONFIG_FILE))
    return { ok: true, value: freshPlaces(undefined, environment, 0), config: null }
  const loaded = loadConfig({ environment, uid: 0 })
  if (loaded.ok) {
    const { config } = loaded
    return { ok: true, value: placesOf(config, config.file ?? SYSTEM_CONFIG_FILE), config }
  }
  const message = `cannot use the config ${SYSTEM_CONFIG_FILE}: mend it, or move it away, then install again`
  return { ok: false, message, violations: configViolations(loaded.problems) }
}

function refuseObstacles(
  output: Output,
  found: readonly DocumentViolation[],
  more: Readonly<Record<string, unknown>> = {},
): number {
  const [only] = found
  const message =
    found.length === 1 && only !== undefined
      ? `${only.message}\nnothing was changed`
      : `cannot install; ${found.length} things stand in the way, and nothing was changed:`
  const violations = output.json || found.length > 1 ? found : []
  return refuse(output, 2, 'invalid', message, { ...more, violations })
}

function halfFinishedText({ version, at, continued, left }: HalfFinished, dryRun: boolean): string {
  const what = `Found a half-finished installation of ${version}, begun ${at}`
  if (dryRun) return `${what}: it would be ${continued ? 'brought to its end' : 'taken back'} first.\n`
  if (continued) return `${what}: only its end was missing, and is there now.\n`
  if (left.length === 0) return `${what}: taken back.\n`
  return `${what}: taken back but for ${left.map(({ subject }) => subject).join(', ')}.\n`
}

function summaryText(outcomes: readonly Outcome[], before: string): string {
  const already = outcomes.filter(({ state }) => state === 'already').length
  const so = already === 0 ? '' : `${already} things are so already`
  if (before === '') return so === '' ? '' : `${so}.\n`
  return `${before}${so === '' ? '' : `; ${so}`}.\n`
}

function doneText(
  version: string,
  by: InstallRecord['by'],
  { from, started }: { from: string | null; started: readonly string[] },
  { tokenFile }: InitPlaces,
): string {
  const fresh = from === null
  const runs =
    started.length > 0
      ? `running: ${started.join(', ')}`
      : fresh
        ? 'enabled, not started'
        : 'what ran before goes on running'
  const head =
    fresh || from === version
      ? `\nusher ${version} is installed: ${runs}.\n`
      : `\nusher ${version} is in use instead of ${from}${started.length > 0 ? `; ${runs}` : ''}.\n`
  const steps: [string, string][] = []
  if (!existsSync(tokenFile))
    steps.push([
      'sudo usher setup',
      "asks for the bot's token and proves you as the first admin, then starts everything",
    ])
  else if (started.length === 0 && fresh)
    steps.push([
      'sudo systemctl start usher-worker usher-bot',
      'starts it now; with the machine it starts by itself',
    ])
  steps.push(['sudo usher doctor', 'says what is not right yet'])
  const away = by === 'package' ? 'sudo apt remove usher' : 'sudo usher install --uninstall'
  if (fresh) steps.push([away, 'takes it away again; config, roster and data stay'])
  return head + nextSteps('Next:', steps)
}
