import type { FailureCode, StepFailure } from '../domain/step.ts'
import { durationText } from './duration.ts'
import type { Line } from './line.ts'
import { type Params, paramsOf } from './params.ts'
import { plainBlock } from './plain.ts'

const WORDS: Record<FailureCode, (params: Params) => string> = {
  program_failed: (p) =>
    `cannot finish: ${p.text('program', 'a program')} ended with ${p.has('status') ? `status ${p.text('status')}` : 'an error'}; see its output`,
  program_missing: (p) =>
    `cannot run ${p.text('program', 'a program')}: it is not installed; install it and try again`,
  timed_out: (p) => {
    const after = p.number('after_ms')
    return `cannot wait any longer${after === null ? '' : `: not done after ${durationText(after)}`}; look at the load of the host and try again`
  },
  account_appeared: (p) =>
    `cannot create the account ${p.text('os_user')}: it has appeared since the approval; look who made it`,
  account_changed: (p) =>
    `cannot go on with the account ${p.text('os_user')}: it has changed since the approval; look at it and ask again`,
  account_locked_by_other: (p) => `cannot change accounts: ${lockedBy(p)}`,
  uid_range_exhausted: (p) =>
    `cannot find a free uid from ${p.text('min')} to ${p.text('max')}: widen 'uids' in the config`,
  group_missing: (p) =>
    `cannot add to the group ${p.text('group')}: it does not exist any more; create it or change the role`,
  group_appeared: (p) =>
    `cannot create the account: the group ${p.text('group')} has appeared since the approval; look who made it`,
  path_unsafe: (p) =>
    `cannot use ${p.text('path')}: ${p.text('why', 'it is not safe')}; correct it and try again`,
  path_occupied: (p) => `cannot make ${p.text('path')}: something else is there; move it away and try again`,
  disk_full: (p) => `cannot write ${p.text('path', 'a file')}: the disk is full; make room and try again`,
  read_only: (p) =>
    `cannot write ${p.text('path', 'a file')}: the file system is read-only; remount it and try again`,
  roster_unusable: (p) =>
    `cannot use the roster${p.after('path')}: ${p.text('why', 'it cannot be read')}; correct the file by hand`,
  roster_changed: (p) =>
    `cannot add ${p.text('os_user', 'this person')} to the roster: an entry that names this person has appeared since the approval; look at the roster`,
  not_isolated: (p) =>
    `cannot prove isolation: ${p.text('who', 'somebody')} can reach ${p.text('path', 'what is not theirs')}${p.has('why') ? ` (${p.text('why')})` : ''}; correct owner, mode or groups and try again`,
  folder_not_usable: (p) =>
    `cannot use the folder ${p.text('path')} as that person: ${p.text('why', 'the system refused')}; correct it and try again`,
  agent_command_failed: (p) =>
    `cannot run the agent command${p.after('command')} as that person: it ended with ${p.has('status') ? `status ${p.text('status')}` : 'an error'}; see its output`,
  probe_failed: (p) => `cannot prove that the account works: ${p.text('why', 'the probe gave no answer')}`,
  via_failed: (p) =>
    `cannot become this person as ${p.text('user', 'the service account')}: check 'smoke.via' in the config and the sudo rules`,
  service_not_active: (p) =>
    `cannot get ${p.text('unit')} active again: it is ${p.text('state', 'not running')}; see journalctl -u ${p.text('unit')}`,
  service_start_limit: (p) =>
    `cannot start ${p.text('unit')}: its start limit was hit; run systemctl reset-failed ${p.text('unit')} and start it`,
  interrupted: () => 'cannot tell whether this step was done: the worker was stopped in the middle of it',
  undo_incomplete: (p) => `cannot undo everything: ${p.text('why', 'see the output')}; look at what is left`,
  step_unknown: (p) =>
    `cannot do the step${p.after('kind')}: this version of Usher has no such kind of step; run the version that planned it`,
  internal: () => 'cannot go on: a mistake in Usher itself; please report it with the output below',
}

/** Who holds the lock of the account database and what to do about it; nobody but its holder or a person may remove it. */
function lockedBy(p: Params): string {
  const path = p.text('path', '/etc/passwd.lock')
  switch (p.text('held_by')) {
    case 'process': {
      const held = `'${p.text('program')}' (process ${p.text('pid')}) holds ${path}`
      return path.endsWith('/.pwd.lock')
        ? `${held}; wait for its end, or end it, and try again`
        : `${held}; wait for its end and try again; if it is no program that changes accounts, remove ${path} first`
    }
    case 'empty':
      return `the lock file ${path} is empty, so nobody can be asked; when no program changes accounts, remove it and try again`
    case 'garbage':
      return `the lock file ${path} names no process; when no program changes accounts, remove it and try again`
    default:
      return `another program held ${path}; try again`
  }
}

/** Why a step failed, as a sentence. The program's own words are in `failureLines`. Harmless in a terminal. */
export function failureText(failure: StepFailure): string {
  return WORDS[failure.code](paramsOf(failure.params))
}

/** The failure with what the program said (stderr included, its last `maxLines`), each line indented below it. */
export function failureLines(failure: StepFailure, indent = 1, maxLines?: number): Line[] {
  const detail = failure.detail === undefined ? [] : plainBlock(failure.detail, maxLines)
  return [
    { mark: 'failed', text: failureText(failure), indent },
    ...detail.map((text): Line => ({ mark: 'none', text: `| ${text}`, indent: indent + 1 })),
  ]
}
