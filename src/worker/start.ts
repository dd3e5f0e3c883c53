import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { whyOf } from '../domain/step.ts'
import { createPeerReader } from '../peer/peer-credentials.ts'
import { createHost } from '../provisioning/create-host.ts'
import { accountFilesOf } from '../provisioning/host/accounts/account-files.ts'
import type { HostEnvironment } from '../provisioning/host/host.ts'
import { stepRegistry } from '../provisioning/registry.ts'
import type { ParseRoster } from '../provisioning/roster/parse.ts'
import { openStore } from '../store/open-store.ts'
import { createEngine } from './create-engine.ts'
import { startDamageLook } from './damage-look.ts'
import { openSecrets } from './factors/secrets.ts'
import { createAdminHistory } from './gate/admin-history.ts'
import { openGates } from './gate/open-gates.ts'
import { createPasswd } from './gate/passwd.ts'
import { accountUid, botUid, type CallerSources, callerOf, resolveCaller } from './gate/resolve-caller.ts'
import { createRosterView } from './gate/roster-view.ts'
import type { Log } from './log.ts'
import { watchEventLoop } from './metrics/event-loop.ts'
import { createTally } from './metrics/tally.ts'

export interface StartOptions {
  config: Config
  log: Log
  ownUid: number
  ownGid: number
  version: string
  /** Knows the roster that the config was checked against. */
  parseRoster: ParseRoster
  /** Why root runs code that others can change, with `--development`; else null. */
  development: string | null
}

export interface Worker {
  /** Whether the database answers; throws what it says instead. */
  isAnswering(): boolean
  /** How many runs are under way and wait. */
  load(): { running: number; queued: number }
  /** Calls back after each change that is in the history. */
  onChange(listener: () => void): void
  /** Resolves, with what is wrong, when this worker must not go on; never otherwise. */
  unusable: Promise<string>
  /** Settles within `deadlineMs` and a moment. */
  stop(deadlineMs: number): Promise<void>
}

export type StartResult =
  | { ok: true; worker: Worker }
  /** `second_worker`: another one has the database or listens on the sockets. */
  | { ok: false; code: 'second_worker' | 'unusable'; message: string }

/** How long answers that are under way may take when the worker stops, in milliseconds. */
const LAST_ANSWERS_MS = 2000

/**
 * Puts the worker together and starts it: store (whose lock says "one worker"), host, engine, then the listeners, then
 * recovery. Everything that was opened is closed again when a later part cannot be.
 */
export async function startWorker(options: StartOptions): Promise<StartResult> {
  const { config, log, ownUid, ownGid, version, parseRoster, development } = options
  const { mode, paths } = config
  const databaseFile = join(paths.state, 'usher.db')
  const opened = openStore(databaseFile)
  if (!opened.ok) {
    const { code, message } = opened.problem
    return { ok: false, code: code === 'second_worker' ? code : 'unusable', message }
  }
  const { store } = opened
  const environment: HostEnvironment = {
    name: hostname(),
    mode,
    rosterFile: paths.roster,
    dataDir: paths.data,
    stateDir: paths.state,
    secretsFile: paths.secrets,
    databaseFile,
    botUser: config.botUser,
    personUids: config.uids,
    takeUid: (isFree, range) => store.uids.take(isFree, range),
  }
  const host = createHost(environment, undefined, parseRoster)
  const accountFiles = accountFilesOf()
  const sources: CallerSources = {
    mode,
    ownUid,
    botUser: config.botUser,
    witnessUser: config.witness?.user ?? null,
    approverUser: config.approver?.user ?? null,
    roles: config.roles,
    firstAdmins: config.telegram.admins,
    isRevoked: (telegramId) => store.factors.isRevoked(telegramId),
    // Whoever is alone here can look into no folder of root's; nobody else is served.
    passwd: createPasswd(
      mode === 'system' ? accountFiles.changesWith : '/etc/passwd',
      Date.now,
      accountFiles.passwd,
    ),
    roster: createRosterView(paths.roster, async () => {
      const read = await host.roster.read()
      return read.ok ? read : { ok: false, why: whyOf(read.failure) }
    }),
    adminHistory: createAdminHistory(store.meta, (err) => {
      log.error({ err }, 'cannot remember that the roster had an admin')
    }),
  }
  const secrets = await openSecrets(host.secrets, config.witness !== null)
  if (!secrets.ok) {
    store.close()
    const message = `cannot use ${paths.secrets}: ${secrets.why}`
    return { ok: false, code: 'unusable', message }
  }
  const tally = createTally()
  const engine = createEngine({
    ...{ config, host, store, log, version, development, tally },
    registry: stepRegistry,
    secrets: secrets.secrets,
    callerOf: (actor) => callerOf(sources, actor),
  })
  const roster = await sources.roster()
  if (!roster.ok) log.error({ why: roster.why }, 'cannot use the roster: only the operator has any rights')
  const bot = botUid(sources)
  if (bot === null) log.error({ user: config.botUser }, 'cannot serve the bot: it has no account')
  const owner = (uid: number | null) => (uid === null ? null : { uid, gid: ownGid })

  const gates = await openGates(
    {
      log,
      readPeer: createPeerReader(),
      isAccount: (uid) => sources.passwd().namesOf(uid).length > 0,
      resolve: (claim) => resolveCaller(sources, claim),
      engine,
      version,
      tally,
    },
    {
      run: paths.run,
      mode,
      ownUid,
      ownGid,
      bot: owner(bot),
      witness: owner(accountUid(sources, sources.witnessUser)),
      approver: owner(accountUid(sources, sources.approverUser)),
      metricsGid: config.metrics === null ? null : gidOf(config.metrics.group),
    },
  )
  if (!gates.ok) {
    store.close()
    return { ok: false, code: gates.code === 'in_use' ? 'second_worker' : 'unusable', message: gates.message }
  }
  try {
    await engine.start()
  } catch (error) {
    const problem = store.diskProblemOf(error)
    await gates.gates.close(0)
    store.close()
    if (problem === null) throw error
    const why = problem === 'disk_full' ? 'the disk is full; make room' : 'the file system is read-only'
    return { ok: false, code: 'unusable', message: `cannot write ${databaseFile}: ${why}` }
  }
  const look = startDamageLook(store, log)
  const endWatch = watchEventLoop(tally)
  return {
    ok: true,
    worker: {
      unusable: look.found.then((why) => `cannot go on with ${databaseFile}: ${why}`),
      isAnswering: () => store.isAnswering(),
      load: () => ({
        running: store.runs.count(['running', 'undoing']),
        queued: store.runs.count(['queued']),
      }),
      onChange: (listener) => {
        engine.events.subscribe(listener)
      },
      stop: async (deadlineMs) => {
        look.stop()
        endWatch()
        await Promise.all([gates.gates.close(LAST_ANSWERS_MS), engine.stop(deadlineMs)])
        store.close()
      },
    },
  }
}

/** The gid of a group by its name; null when there is none, so that there is no socket either. */
function gidOf(group: string): number | null {
  return readHostFacts(accountFilesOf()).groups.find(({ name }) => name === group)?.gid ?? null
}
