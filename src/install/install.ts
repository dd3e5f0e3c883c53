import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Outcome } from '../setup/ensure.ts'
import type { InitPlaces } from '../setup/init-plan.ts'
import { ensureAccounts } from './changes/accounts.ts'
import { ensureConfiguration } from './changes/configuration.ts'
import { ensureDropIns } from './changes/drop-ins.ts'
import { ensureFolders } from './changes/folders.ts'
import { ensureEnabled, unitsOf } from './changes/services.ts'
import { ensureSystem, takeBackSystem } from './changes/system.ts'
import { ensureTree } from './changes/tree.ts'
import { complete } from './complete.ts'
import type { Change, ChangeContext, InstallPorts, Removal } from './context.ts'
import { currentVersion } from './current-link.ts'
import { type Image, systemFiles } from './image.ts'
import { type Ledger, noLedger, openLedger } from './ledger.ts'
import { placeSystem } from './place-system.ts'
import { SYSUSERS_FILE, TMPFILES_FILE } from './preconditions.ts'
import { isExpected, problemOf } from './problem-of.ts'
import { CURRENT_LINK, type InstallRecord, type Made, PROGRAM_FOLDER } from './record.ts'
import { takeBackJournal } from './recover.ts'
import type { SwitchTo, SwitchWish } from './switch.ts'

/** What is to be installed, and how. */
export interface InstallWish {
  image: Image
  places: InitPlaces
  /** What brings it: `usher install`, or the package whose files dpkg has put there already. */
  by: InstallRecord['by']
  /** Null where there is none yet. */
  config: Config | null
  /** Start what does not run yet. */
  now: boolean
  /** What of a switch an operator may decide. */
  switching: Pick<SwitchWish, 'giveUpNewer' | 'readyWithinMs'>
  switchTo: SwitchTo
}

/** How an installation ended. */
export type InstallResult =
  | { ok: true; changed: boolean; outcomes: Outcome[]; from: string | null; started: string[] }
  /**
   * Everything done so far was taken back; `left` is what could not be. `stayed`: it was not, because the version from before cannot
   * read the database any more, and this one is installed although it did not become ready.
   */
  | { ok: false; outcomes: Outcome[]; problem: Outcome; left: Removal[]; stayed: boolean }

/** What an installation of this image comes to, in order; the switch comes last and is no change of its own here. */
function changesOf({ image, places, config }: InstallWish): Change[] {
  const files = systemFiles(image.tree)
  return [
    (context) => ensureTree(context, image),
    (context) => ensureAccounts(context, join(image.tree, SYSUSERS_FILE)),
    (context) => ensureFolders(context, join(image.tree, TMPFILES_FILE)),
    (context) => ensureConfiguration(context, places),
    (context) => ensureSystem(context, image),
    (context) => ensureDropIns(context, config),
    async (context) => {
      const outcomes: Outcome[] = []
      for (const unit of unitsOf(files)) outcomes.push(...(await ensureEnabled(context, unit)))
      return outcomes
    },
  ]
}

/** Looks and says what an installation would change. */
export async function planInstall(ports: InstallPorts, wish: InstallWish, record: InstallRecord | null) {
  const context = contextOf(ports, record, noLedger, true)
  const outcomes = await perform(changesOf(wish), context, () => {})
  const { host } = ports
  const from = currentVersion(`${host.root}${CURRENT_LINK}`)
  const { version } = wish.image.manifest
  outcomes.push(
    from === version
      ? { state: 'already', subject: CURRENT_LINK, text: `link to ${version}` }
      : { state: 'change', subject: CURRENT_LINK, text: switchText(from, version) },
  )
  return outcomes
}

/**
 * Installs, or takes back everything that it made. Second time it changes nothing: where the plan has no change, not even a
 * journal is written.
 *
 * INVARIANTS
 * - Each thing is written down durably before it is made, and the record is written before the journal goes: a kill anywhere
 *   leaves a journal that says what to take back, or a complete installation.
 * - Nothing that was there is replaced, but for files of ours, whose older contents stand beside them until the end.
 */
export async function install(
  ports: InstallPorts,
  wish: InstallWish,
  record: InstallRecord | null,
): Promise<InstallResult> {
  const { host, onOutcome } = ports
  const { version } = wish.image.manifest
  const id = randomBytes(16).toString('hex')
  const at = new Date().toISOString()
  let ledger: Ledger = noLedger
  const outcomes: Outcome[] = []
  try {
    ledger = openLedger(host, { id, version, at, pid: process.pid })
    const context = contextOf(ports, record, ledger, false)
    outcomes.push(...(await perform(changesOf(wish), context, onOutcome)))
    const problem = outcomes.find(({ state }) => state === 'problem')
    if (problem !== undefined) return await undo(ports, ledger.made, outcomes, problem)
    ports.signal.throwIfAborted()
    const from = currentVersion(`${host.root}${CURRENT_LINK}`)
    if (from !== version) ledger.note({ kind: 'current', path: CURRENT_LINK, before: from })
    const place = async (wanted: string) => {
      if (wanted === version) await ensureSystem(context, wish.image)
      else {
        await takeBackSystem(host, ledger.made, ports.onRemoval)
        // What dpkg put there is in no ledger.
        if (wish.by === 'package') await placeSystem(host, `${host.root}${PROGRAM_FOLDER}/${wanted}`)
      }
    }
    const { programs, root } = host
    const switched = await wish.switchTo(
      { programs, root, placeSystem: place, say: ports.say },
      { ...wish.switching, version, start: wish.now },
    )
    if (!switched.ok) {
      const failed: Outcome = { state: 'problem', subject: CURRENT_LINK, text: switched.message }
      onOutcome(failed)
      if (switched.stayed) {
        complete(host, { id, version, at, made: [...ledger.made] }, record, wish.by)
        return { ok: false, outcomes: [...outcomes, failed], problem: failed, left: [], stayed: true }
      }
      return await undo(ports, ledger.made, [...outcomes, failed], failed)
    }
    const last: Outcome = switched.changed
      ? { state: 'change', subject: CURRENT_LINK, text: switchText(from, version) }
      : { state: 'already', subject: CURRENT_LINK, text: `link to ${version}` }
    outcomes.push(last)
    onOutcome(last)
    complete(host, { id, version, at, made: [...ledger.made] }, record, wish.by)
    return { ok: true, changed: true, outcomes, from, started: switched.started }
  } catch (error) {
    const problem = problemOf(error)
    onOutcome(problem)
    const undone = await undo(ports, ledger.made, [...outcomes, problem], problem)
    // A bug is taken back like anything else, and stays a bug.
    if (!isExpected(error)) throw error
    return undone
  }
}

async function undo(
  ports: InstallPorts,
  made: readonly Made[],
  outcomes: Outcome[],
  problem: Outcome,
): Promise<InstallResult> {
  return { ok: false, outcomes, problem, left: await takeBackJournal(ports, made), stayed: false }
}

/** Runs the changes until the first problem. Of several that speak of one thing, the first is heard. */
async function perform(
  changes: readonly Change[],
  context: ChangeContext,
  onOutcome: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const named = new Set<string>()
  for (const change of changes) {
    context.signal.throwIfAborted()
    for (const outcome of await change(context)) {
      if (named.has(outcome.subject) && outcome.state !== 'problem') continue
      named.add(outcome.subject)
      outcomes.push(outcome)
      onOutcome(outcome)
    }
    if (!context.dryRun && outcomes.some(({ state }) => state === 'problem')) break
  }
  return outcomes
}

function contextOf(
  { host, signal }: InstallPorts,
  record: InstallRecord | null,
  ledger: Ledger,
  dryRun: boolean,
): ChangeContext {
  return { host, dryRun, ledger, record, signal }
}

function switchText(from: string | null, version: string): string {
  return from === null ? `link made to ${version}` : `link moved from ${from} to ${version}`
}
