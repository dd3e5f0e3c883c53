import { join } from 'node:path'
import type { Note, SmokeTestParams, StepFailure } from '../../../domain/step.ts'
import type { Host } from '../../host/host.ts'
import {
  PROBE_SCRIPT,
  type ProbeAnswer,
  probeArgv,
  readProbeAnswer,
  sentinelName,
} from '../../host/isolation/probe-script.ts'
import type { PersonIdentity, ProgramResult } from '../../host/programs/programs.ts'
import type { StepOutcome } from '../../step-kind.ts'
import { byDiskCause } from './disk-cause.ts'
import { accountChanged, identityOfEntry } from './person-account.ts'

/** For becoming the person and for what the shell itself does. */
const PROBE_MS = 15_000
/** For the agent command besides. */
const AGENT_MS = 60_000

/** The account as it is now; it must still be the one that this run made or adopted. */
export async function personOf(
  host: Pick<Host, 'accounts'>,
  { osUser, home }: Pick<SmokeTestParams, 'osUser' | 'home'>,
): Promise<{ ok: true; person: PersonIdentity } | { ok: false; failure: StepFailure }> {
  const entry = await host.accounts.byName(osUser)
  if (entry === null || entry.home !== home) {
    return { ok: false, failure: accountChanged(osUser) }
  }
  return { ok: true, person: identityOfEntry(entry) }
}

export interface ProbeRun {
  /** Letters and digits. */
  nonce: string
  /** What the person must fail to read and enter. */
  forbidden: string[]
  signal: AbortSignal
}

/** Runs the probe as the person, through `via` when the plan has one. `answered`: it has cleaned up after itself. */
export async function probe(
  host: Pick<Host, 'programs'>,
  params: SmokeTestParams,
  person: PersonIdentity,
  { nonce, forbidden, signal }: ProbeRun,
): Promise<{ answered: boolean; outcome: StepOutcome }> {
  const { home, path, writable, agentCommand, via } = params
  const result = await host.programs.runAsPerson(
    person,
    probeArgv({ nonce, home, path, writable, forbidden, agentCommand }),
    { stdin: PROBE_SCRIPT, timeoutMs: PROBE_MS + (agentCommand ? AGENT_MS : 0), signal, via },
  )
  const answer = readProbeAnswer(nonce, result.stdout)
  const left = leftByAgent(answer, home)
  const failure = failureOf(params, forbidden, answer, result)
  const answered = answer.ended
  if (failure !== null) {
    const folder = failure.code === 'folder_not_usable' ? String(failure.params?.['path']) : null
    const cause = folder === null ? failure : await byDiskCause(failure, folder)
    return { answered, outcome: { ok: false, failure: cause, notes: left } }
  }
  const notes: Note[] = [
    ...(via === null ? [] : [{ code: 'smoke.via_proven', params: { user: via.user } } as const]),
    { code: 'smoke.folders_proven', params: { count: writable.length } },
    ...(agentCommand === null
      ? []
      : [
          {
            code: 'smoke.agent_ran',
            params: { command: agentCommand.join(' '), ms: Math.round(result.durationMs) },
          } as const,
        ]),
    ...left,
  ]
  return { answered, outcome: { ok: true, notes } }
}

/**
 * Ends what a probe with this nonce still runs because its worker was killed, and removes its files: as the person, by names that
 * only it can have made. Without the account nothing can be removed as it; its folders are undone by their own steps.
 *
 * @returns why it is not over: what was started survives SIGKILL, it hangs in the kernel; null when it is
 */
export async function endInterruptedProbe(
  host: Pick<Host, 'accounts' | 'programs'>,
  params: Pick<SmokeTestParams, 'osUser' | 'home' | 'writable'>,
  { nonce, signal }: Pick<ProbeRun, 'nonce' | 'signal'>,
): Promise<StepFailure | null> {
  if (!(await host.programs.endMarked(nonce, signal))) {
    return { code: 'probe_failed', params: { why: 'programs of an interrupted probe do not end' } }
  }
  const found = await personOf(host, params)
  const files = params.writable.map((folder) => join(folder, sentinelName(nonce)))
  if (found.ok && files.length > 0) {
    await host.programs.runAsPerson(found.person, ['/bin/rm', '-f', '--', ...files], { signal })
  }
  return null
}

/** What the agent command left at the top of the home: in one that is adopted it stays after an undo. */
function leftByAgent({ agent }: ProbeAnswer, home: string): Note[] {
  if (agent === null || agent.left === 0) return []
  const { left: count, leftNames } = agent
  const params: Note['params'] = { count, home }
  if (leftNames.length > 0) params['names'] = leftNames.join(', ').slice(0, 200)
  return [{ code: 'smoke.agent_left_files', params }]
}

const STAGES = {
  write: 'they cannot write there',
  read: 'what they wrote there does not read back',
  remove: 'they cannot remove there what they wrote',
} as const

/** The first thing that was not as it must be, with what was said about it; null when everything was. */
function failureOf(
  { osUser, writable, agentCommand, via }: SmokeTestParams,
  forbidden: string[],
  answer: ProbeAnswer,
  result: ProgramResult,
): StepFailure | null {
  const detail = result.stderr.trim()
  if (!answer.began) {
    if (!result.ok && result.failure.code !== 'program_failed') return result.failure
    return via === null
      ? { code: 'probe_failed', params: { why: 'the account cannot run a program' }, detail }
      : { code: 'via_failed', params: { user: via.user }, detail }
  }
  const open = answer.open[0]
  if (open !== undefined) {
    const path = forbidden[open.index] ?? 'what is not theirs'
    return { code: 'not_isolated', params: { path, who: osUser, why: `they could ${open.how} it` }, detail }
  }
  const folder = answer.folders[0]
  if (folder !== undefined) {
    const path = writable[folder.index] ?? 'a folder'
    return { code: 'folder_not_usable', params: { path, why: STAGES[folder.stage] }, detail }
  }
  if (!result.ok && result.failure.code !== 'program_failed') return result.failure
  const command = (agentCommand ?? []).join(' ')
  if (answer.agent !== null && answer.agent.status !== 0) {
    const status = answer.agent.status ?? 'unknown'
    return { code: 'agent_command_failed', params: { command, status }, detail }
  }
  if (!result.ok || !answer.ended || (agentCommand !== null && answer.agent === null)) {
    const status = result.ok ? '' : ` (status ${result.status ?? 'unknown'})`
    return { code: 'probe_failed', params: { why: `the probe ended before its answer${status}` }, detail }
  }
  return null
}
