import { rmSync } from 'node:fs'
import type { Programs } from '../provisioning/host/programs/programs.ts'
import { putBack, readingWith, systemDatabase } from './database-copy.ts'
import {
  isUp,
  makeReady,
  type Ready,
  SERVICES,
  startLater,
  stopUnits,
  unitState,
  versionOfProcess,
} from './ready.ts'
import { PROGRAM_FOLDER } from './record.ts'
import { forgetSwitching, readSwitching, writeSwitching } from './switching.ts'
import { asWhole } from './undisturbed.ts'
import { isComplete, knownSchema, putInUse, removeOld, versionInUse } from './versions.ts'

/** How long a version may take until all its services are ready, in milliseconds. */
const READY_WITHIN_MS = 60_000

/** What was put aside for a version that then did not get ready comes back; what that one wrote is given up. */
const NOTHING_KEPT = { aside: null, carryEvents: false }

/** What a switch works on. */
export interface SwitchHost {
  /** What stands for `/`: empty on a host, a folder in tests. */
  root: string
  programs: Pick<Programs, 'run'>
  /**
   * Puts the files of that version's `system/` (units, manual, completions) where they belong and has systemd read them again;
   * nothing where they are so already.
   */
  placeSystem(version: string): Promise<void>
  /** Told what is being done, in few words. */
  say(text: string): void
  /** The worker's database; default: where the system's config has it. */
  database?: string
}

export interface SwitchWish {
  /** Lies complete below /opt/usher. */
  version: string
  /** Start what does not run yet. What runs is restarted in any case. */
  start: boolean
  /** How long the services may take until they are ready, in milliseconds. */
  readyWithinMs?: number
  /**
   * Give up what was accepted since the copy that the wished version can read was made. The present database is kept beside it.
   */
  giveUpNewer?: boolean
}

/**
 * When it is not ok, it was taken back: the version from before is in use again, its services run as they did, and the database is
 * as it was, unless something was accepted meanwhile (`stayed`); `message` says which, and what to do.
 */
export type SwitchResult =
  | {
      ok: true
      from: string | null
      changed: boolean
      /** Units that were started or restarted and are ready. */
      started: string[]
      /** From the end of the old worker to the new one's being ready, in milliseconds; null where none was replaced. */
      downtimeMs: number | null
      /** Old versions that were removed. */
      removed: string[]
    }
  | { ok: false; message: string; stayed: boolean }

/** The last change of an installation: that version is in use, and what ran before runs on it and is ready. */
export type SwitchTo = (host: SwitchHost, wish: SwitchWish) => Promise<SwitchResult>

/** What all parts of one switch know. */
interface Switch {
  host: SwitchHost
  wish: SwitchWish
  /** /opt/usher. */
  folder: string
  database: string
  from: string | null
  /** Units that ran before. */
  ran: string[]
}

/**
 * INVARIANTS
 * - `switching.json` is there from before the first change until the last one is made; whoever finds it knows the version that
 *   worked and what ran. Each change is safe to repeat, so the next switch, wherever this one was killed, just makes its own.
 * - Between two changes the machine is one that boots: a unit starts /opt/usher/current whichever version that is, and both
 *   versions lie there whole.
 */
export const switchTo: SwitchTo = async (host, wish) => {
  const folder = `${host.root}${PROGRAM_FOLDER}`
  if (!isComplete(folder, wish.version)) return refused(`version ${wish.version} does not lie in ${folder}`)
  const left = readSwitching(host.root)
  const states = await Promise.all(
    SERVICES.map(async (unit) => ({ unit, state: await unitState(host.programs, unit) })),
  )
  const up = states.filter(({ state }) => isUp(state))
  // Whoever installs over what failed wants it to run.
  const wanted = states.filter(({ state }) => isUp(state) || state.active === 'failed')
  const subject: Switch = {
    host,
    wish,
    folder,
    database: host.database ?? systemDatabase(),
    from: left === null ? versionInUse(folder) : left.from,
    ran: SERVICES.filter((unit) => left?.ran.includes(unit) || up.some((each) => each.unit === unit)),
  }
  const runsIt = new Set(
    up
      .filter(
        ({ state }) => state.active === 'active' && versionOfProcess(state.pid, folder) === wish.version,
      )
      .map(({ unit }) => unit),
  )
  const toStart = SERVICES.filter(
    (unit) =>
      !runsIt.has(unit) &&
      (wish.start || subject.ran.includes(unit) || wanted.some((each) => each.unit === unit)),
  )
  const settled = left === null && subject.from === wish.version
  if (settled && toStart.length === 0) {
    await host.placeSystem(wish.version)
    return { ok: true, from: subject.from, changed: false, started: [], downtimeMs: null, removed: [] }
  }
  const reading = readingWith(subject.database, knownSchema(folder, wish.version))
  if (reading.what === 'impossible') return refused(unreadable(subject, reading.found, reading.why))
  if (reading.what === 'lose' && wish.giveUpNewer !== true) return refused(wouldLose(subject, reading.copy))
  return asWhole(host.say, () => perform(subject, toStart, reading.what === 'nothing' ? null : reading))
}

type Older = { what: 'put back' | 'lose'; copy: string }

async function perform(
  subject: Switch,
  toStart: readonly string[],
  older: Older | null,
): Promise<SwitchResult> {
  const { host, wish, folder, database, from, ran } = subject
  writeSwitching({ format: 1, from, to: wish.version, ran, at: new Date().toISOString() }, host.root)
  let aside: string | null = null
  let ready: Ready
  try {
    await host.placeSystem(wish.version)
    if (older !== null) {
      host.say(`putting back ${older.copy}`)
      await stopUnits(host.programs, ran)
      aside = older.what === 'lose' ? asideOf(database) : null
      const why = putBack(database, older.copy, { aside, carryEvents: aside === null })
      if (why !== null) return await takeBack(subject, why, null)
    }
    putInUse(folder, wish.version)
    host.say(
      toStart.length > 0
        ? `version ${wish.version} in use; starting ${toStart.join(', ')}`
        : `version ${wish.version} in use`,
    )
    ready = await makeReady(host.programs, 'restart', toStart, wish.readyWithinMs ?? READY_WITHIN_MS)
  } catch (error) {
    return await takeBack(subject, (error as Error).message, aside)
  }
  if (!ready.ok) return await takeBack(subject, `${ready.unit} is ${ready.why}`, aside)
  const { skipped } = ready
  const downtimeMs =
    ran.includes(SERVICES[0]) && toStart.includes(SERVICES[0]) ? await downtime(subject) : null
  forgetSwitching(host.root)
  return {
    ok: true,
    from,
    changed: from !== wish.version,
    started: toStart.filter((unit) => !skipped.includes(unit)),
    downtimeMs,
    removed: removeOld(folder, from === null ? [] : [from]),
  }
}

/** The version from before, with the database that it had, unless that would lose something. Never throws. */
async function takeBack(subject: Switch, why: string, aside: string | null): Promise<SwitchResult> {
  const { host, wish, folder, database, from, ran } = subject
  const begun = `version ${wish.version} did not become ready: ${why}`
  try {
    host.say(`${begun}\ngoing back`)
    await stopUnits(host.programs, SERVICES)
    if (from === null) {
      putInUse(folder, null)
      forgetSwitching(host.root)
      return { ok: false, stayed: false, message: `cannot start: ${begun}` }
    }
    const kept = aside === null ? oldDatabase(subject, from) : putBack(database, aside, NOTHING_KEPT)
    if (kept !== null) {
      await startLater(host.programs, ran)
      forgetSwitching(host.root)
      return { ok: false, stayed: true, message: `${begun}\n${staying(subject, from, kept)}` }
    }
    await host.placeSystem(from)
    putInUse(folder, from)
    if (aside !== null) rmSync(aside, { force: true })
    const again = await makeReady(host.programs, 'start', ran, READY_WITHIN_MS)
    forgetSwitching(host.root)
    const state = again.ok
      ? `version ${from} is in use again${ran.length > 0 ? ' and its services run' : ''}; nothing that was accepted is lost`
      : `version ${from} is in use again, but ${again.unit} is ${again.why}`
    return { ok: false, stayed: false, message: `cannot switch: ${begun}\n${state}` }
  } catch (error) {
    const message = `cannot go back to ${from ?? 'before'}: ${(error as Error).message}; when that is mended: usher install --switch ${from ?? wish.version}`
    return { ok: false, stayed: true, message: `${begun}\n${message}` }
  }
}

/** Gives `from` a database that it can read; null when it has, else why the newer one stays. */
function oldDatabase({ folder, database }: Switch, from: string): string | null {
  const reading = readingWith(database, knownSchema(folder, from))
  if (reading.what === 'nothing') return null
  if (reading.what === 'put back') return putBack(database, reading.copy, { aside: null, carryEvents: true })
  if (reading.what === 'impossible') return reading.why
  return 'requests or decisions were accepted after its migration, and the copy from before would lose them'
}

async function downtime({ host }: Switch): Promise<number | null> {
  const { activeSince, activeUntil } = await unitState(host.programs, SERVICES[0])
  return activeUntil > 0 && activeSince > activeUntil ? Math.round((activeSince - activeUntil) / 1000) : null
}

const asideOf = (database: string) =>
  `${database}.aside-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`

const refused = (why: string): SwitchResult => ({
  ok: false,
  stayed: false,
  message: `cannot switch: ${why}`,
})

function unreadable({ database, wish }: Switch, found: number, why: string): string {
  return (
    `the database ${database} has had ${found} migrations, more than version ${wish.version} knows, and ${why}; ` +
    'go on with the newer version, or restore a backup of that time (usher restore)'
  )
}

function wouldLose({ database, wish }: Switch, copy: string): string {
  return (
    `version ${wish.version} cannot read the database ${database}; it can read the copy ${copy}, but that does not know what was ` +
    `accepted, decided and done since; to give that up (the present database is kept aside): usher install --switch ${wish.version} --give-up-newer`
  )
}

function staying({ database, wish }: Switch, from: string, why: string): string {
  return (
    `staying on version ${wish.version}, because version ${from} cannot read the database any more (${database}): ${why}\n` +
    'its services are started again and may fail again; nothing that was accepted is lost\n' +
    `what you can do: see why (journalctl -u usher-worker), and install a version in which it is mended; ` +
    `or go back and give up what was accepted since the switch: /opt/usher/${from}/usher install --switch ${from} --give-up-newer`
  )
}
