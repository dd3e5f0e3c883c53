import type { Stuck, StuckCode } from '../domain/run.ts'
import { durationText, timeText } from './duration.ts'
import type { Line } from './line.ts'
import { type Params, paramsOf } from './params.ts'
import { stepTitle } from './steps.ts'

interface Words {
  mark: Line['mark']
  say: (p: Params) => string
}

const holder = (p: Params) =>
  p.has('pid') ? `, held by ${p.text('program', 'a process')} (${p.text('pid')})` : ''
const WHY: Readonly<Record<string, string>> = {
  disk_full: 'the disk is full; make room',
  disk_read_only: 'the file system is read-only; remount it',
}

const WORDS: Record<StuckCode, Words> = {
  interrupted: {
    mark: 'failed',
    say: (p) =>
      `it was interrupted and is tried again every ${durationText(p.number('every_ms') ?? 0)}: ${WHY[p.text('why')] ?? 'a mistake in Usher, see its log'}`,
  },
  lock: {
    mark: 'failed',
    say: (p) => `it waits for the lock of the account database${p.after('path')}${holder(p)}`,
  },
  slow_step: {
    mark: 'failed',
    say: (p) =>
      `the step '${stepTitle(p.text('step'))}' takes longer than usual (${durationText(p.number('usual_ms') ?? 0)}); at the latest after ${durationText(p.number('deadline_ms') ?? 0)} it is ended`,
  },
  clock_behind: {
    mark: 'failed',
    say: (p) =>
      `the clock says ${timeText(p.number('now') ?? Number.NaN)}, but it was approved at ${timeText(p.number('approved_at') ?? Number.NaN)}; set the clock`,
  },
  other_run: { mark: 'info', say: (p) => `it waits for run ${p.text('run')} of the same person` },
  turn: { mark: 'info', say: (p) => `it waits for its turn: ${p.text('running')} others are under way` },
}

/** Why a run does not go on, and since when; nothing for one that does. */
export function stuckLines(stuck: Stuck | null, indent = 1): Line[] {
  if (stuck === null) return []
  const { mark, say } = WORDS[stuck.code]
  return [{ mark, text: `${say(paramsOf(stuck.params))} (since ${timeText(stuck.since)})`, indent }]
}
