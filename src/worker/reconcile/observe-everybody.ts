import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Drift, Finding, ReconcileOutcome, SkippedPerson } from '../../domain/finding.ts'
import type { OnboardAnswers, RosterEntry } from '../../domain/person.ts'
import { digestOf } from '../../domain/plan.ts'
import { whyOf } from '../../domain/step.ts'
import type { EngineContext } from '../context.ts'
import { type Checked, checkRepair } from '../operations/check-request.ts'
import { readTemplate } from '../planning/observe.ts'
import { isTakenOver } from '../planning/planner-repair.ts'
import { waitingActivation } from '../running/waiting-activation.ts'
import { byHand } from './by-hand.ts'
import { answersFor, type Ground, personDrifts, serviceDrifts, stepsFor } from './person-drifts.ts'
import { type EntryFindings, findingOf, type Recorded, rosterFindings } from './roster-findings.ts'
import { smokeFindings } from './smoke-findings.ts'

/** So many people are looked at before others get their turn. */
const AT_ONCE = 50

/** Somebody whom a repair would set right, with the plan of it. */
export interface Candidate {
  answers: OnboardAnswers
  /** What the repair is for. */
  findings: Finding[]
  checked: Checked
}

/** What one look at everybody found; nothing of it is stored yet. */
export interface Observation {
  begunAt: number
  endedAt: number
  smoke: boolean
  outcome: ReconcileOutcome
  why: string | null
  people: number
  /** People who could not be looked at. */
  failed: number
  findings: Finding[]
  skipped: SkippedPerson[]
  candidates: Candidate[]
  /** Telegram ids of people on the roster who were not looked at or not planned for: what an older repair asks for them stays. */
  leftOut: ReadonlySet<number>
}

/**
 * Looks at everybody on the roster, through the checks of the same steps that onboard people, and plans repairs. Changes nothing,
 * but for what a smoke test makes and removes again as the person. One person's failure is a finding about them.
 */
export async function observeEverybody(
  context: EngineContext,
  { smoke, signal }: { smoke: boolean; signal: AbortSignal },
): Promise<Observation> {
  const { config, store, clock, registry } = context
  const begunAt = clock()
  const heldBefore = store.holds.all()
  const host = await context.host.snapshot()
  const nothing = {
    begunAt,
    smoke,
    people: 0,
    failed: 0,
    findings: [],
    skipped: [],
    candidates: [],
    leftOut: new Set<number>(),
  }
  const stopped = (why: string): Observation => ({ ...nothing, endedAt: clock(), outcome: 'failed', why })
  const roster = await host.roster.read()
  if (!roster.ok) return stopped(whyOf(roster.failure))
  const recorded = store.runs.recordedEntries()
  const suspicion = suspicionOf(roster, recorded)
  if (suspicion !== null) return stopped(suspicion)
  const template = await readTemplate(config, host)
  if (!template.ok) return stopped(`the memory template ${template.path} cannot be used: ${template.why}`)

  const settings = await host.accounts.settings()
  const { environment } = host
  // Whatever was under way at the beginning or is now: what ended in between left its traces in the snapshot.
  const held = new Map([...heldBefore, ...store.holds.all()])
  const compared = rosterFindings({
    config,
    listed: roster.people,
    recorded,
    accounts: await host.accounts.all(),
    personUids: environment.personUids ?? { min: settings.uidMin, max: settings.uidMax },
    ownUid: environment.mode === 'single-user' ? (process.getuid?.() ?? null) : null,
    held: new Set(held.keys()),
  })
  const ground: Ground = { host, registry, config, homeBase: settings.homeBase, template: template.text }
  const skipped: SkippedPerson[] = []
  const looked: Looked[] = []
  for (const [index, found] of compared.entries.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await yieldToOthers()
    const requestId = holderOf(held, found.entry)
    if (requestId === null) looked.push(await lookAt(context, ground, found))
    else skipped.push(skippedPerson(found.entry, requestId))
  }
  if (smoke) await addSmokeFindings(ground, looked, signal)
  const candidates: Candidate[] = []
  const later = new Set<number>()
  for (const one of looked) {
    if (candidates.length >= context.limits.repairsAtOnce) {
      later.add(one.entry.telegram_id)
      continue
    }
    const candidate = await candidateOf(context, one)
    if (candidate !== null) candidates.push(candidate)
  }
  const services = (await serviceDrifts(ground)).map(
    (drift): Finding => ({ telegram_id: null, os_user: null, name: null, ...drift }),
  )
  const findings = [...services, ...looked.flatMap((one) => one.findings), ...compared.others].map(
    withCommand,
  )
  const failed = looked.filter((one) => one.findings.some(({ code }) => code === 'person.unchecked')).length
  return {
    ...nothing,
    endedAt: clock(),
    outcome: failed > 0 ? 'incomplete' : findings.length > 0 ? 'differs' : 'clean',
    why: null,
    people: looked.length,
    failed,
    findings,
    skipped,
    candidates,
    leftOut: new Set([...later, ...skipped.map(({ telegram_id }) => telegram_id)]),
  }
}

/** Equal for observations that say the same. */
export function fingerprintOf({
  outcome,
  why,
  findings,
}: Pick<Observation, 'outcome' | 'why' | 'findings'>): string {
  const said = findings.map(({ telegram_id, os_user, code, params = {} }) => ({
    telegram_id,
    os_user,
    code,
    params,
  }))
  return digestOf('findings', { outcome, why, said })
}

interface Looked {
  entry: RosterEntry
  findings: Finding[]
  /** Null: nothing can be planned for them. */
  answers: OnboardAnswers | null
  steps: Awaited<ReturnType<typeof stepsFor>>
}

async function lookAt(context: EngineContext, ground: Ground, found: EntryFindings): Promise<Looked> {
  const { entry, findings, isClear } = found
  if (!isClear) return { entry, findings, answers: null, steps: [] }
  try {
    const hasAccount = (await ground.host.accounts.byName(entry.os_user)) !== null
    const answers = answersFor(entry, hasAccount, context.store.starts.has(entry.telegram_id))
    const steps = await stepsFor(ground, answers)
    const drifts = (await personDrifts(ground, steps)).filter((drift) => !isWaited(context, entry, drift))
    const all = [...findings, ...drifts.map((drift) => findingOf(entry, drift))]
    // A role that is not there says nothing about groups and policy: nothing is planned by it.
    return { entry, findings: all, answers: context.config.roles.has(entry.role) ? answers : null, steps }
  } catch (error) {
    context.log.error({ err: error }, 'cannot look at a person')
    const why = error instanceof Error ? error.message : String(error)
    const unchecked = findingOf(entry, { code: 'person.unchecked', params: { why }, repairable: false })
    return { entry, findings: [...findings, unchecked], answers: null, steps: [] }
  }
}

/** An account that waits for its person's Start is as it should be. */
function isWaited({ store }: EngineContext, entry: RosterEntry, { code }: Drift): boolean {
  if (code !== 'account.never_activated' && code !== 'account.expired') return false
  return waitingActivation(store, entry.telegram_id)?.run.osUser === entry.os_user
}

/** Plans the repair of whoever needs one; what the host has against it becomes a finding, and then nothing of theirs is repairable. */
async function candidateOf(context: EngineContext, looked: Looked): Promise<Candidate | null> {
  const { entry, answers } = looked
  const wanted = looked.findings.filter(({ repairable }) => repairable)
  if (wanted.length === 0) return null
  const giveUp = (more: Finding[]) => {
    looked.findings = [...looked.findings.map((one) => ({ ...one, repairable: false })), ...more]
    return null
  }
  if (answers === null) return giveUp([])
  const checked = await checkRepair(context, answers, wanted)
  if (checked.violations.length === 0) return { answers, findings: wanted, checked }
  const violations = checked.violations
    .map(({ code, params = {} }) => [code.replaceAll('_', ' '), ...Object.values(params)].join(' '))
    .join('; ')
  return giveUp([findingOf(entry, { code: 'plan.refused', params: { violations }, repairable: false })])
}

async function addSmokeFindings(
  ground: Ground,
  looked: readonly Looked[],
  signal: AbortSignal,
): Promise<void> {
  // Who has no account, no folder or an account that is not active has nothing to prove.
  const provable = looked.filter(
    ({ answers, findings }) => answers?.account === 'adopt' && findings.every(isTakenOver),
  )
  const failures = await smokeFindings(ground, provable, signal)
  for (const [one, failure] of failures) {
    one.findings = [
      ...one.findings,
      { ...findingOf(one.entry, { code: 'smoke.failed', repairable: false }), failure },
    ]
  }
}

/** Why a roster that can be parsed is not believed, or null: nothing is compared with what an accident left. */
function suspicionOf(
  { text, people }: { text: string; people: readonly { entry: RosterEntry }[] },
  recorded: readonly Recorded[],
): string | null {
  const ids = new Set(people.map(({ entry }) => entry.telegram_id))
  const lost = recorded.filter(({ telegramId }) => !ids.has(telegramId)).length
  if (people.length === 0 && recorded.length > 0) {
    return `it is empty, but ${recorded.length === 1 ? 'one person was' : `${recorded.length} people were`} added to it; restore it, or undo their runs`
  }
  const last = people.at(-1)?.entry
  const isCut =
    !text.endsWith('\n') && last !== undefined && (last.os_user === '' || last.role === '' || lost > 0)
  return isCut
    ? 'it ends in the middle of a line, as a file that was half written does; look at its end'
    : null
}

function holderOf(held: ReadonlyMap<string, number>, entry: RosterEntry): number | null {
  return held.get(`telegram:${entry.telegram_id}`) ?? held.get(`os_user:${entry.os_user}`) ?? null
}

function skippedPerson({ telegram_id, os_user, name }: RosterEntry, requestId: number): SkippedPerson {
  return { telegram_id, os_user, name, request_id: requestId }
}

function withCommand(finding: Finding): Finding {
  const command = finding.repairable ? null : byHand(finding)
  return command === null ? finding : { ...finding, by_hand: command }
}
