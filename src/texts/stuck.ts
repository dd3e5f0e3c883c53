import type { Stuck } from '../domain/run.ts'
import { durationText, timeText } from './duration.ts'
import type { Line } from './line.ts'
import { stepTitle } from './steps.ts'
import type { Params, Values, Words } from './words.ts'

/** Why a run does not go on, and since when; nothing for one that does. */
export function stuckLines(words: Words, stuck: Stuck | null, indent = 1): Line[] {
  if (stuck === null) return []
  const { code, params = {}, since } = stuck
  const values = { ...inWords(words, params), since: timeText(words, since) }
  const mark = code === 'other_run' || code === 'turn' ? 'info' : 'failed'
  return [{ mark, text: words.coded(`stuck.${code}`, params, values), indent }]
}

function inWords(words: Words, params: Params): Values {
  const number = (name: string, fallback: number) => {
    const value = params[name]
    return typeof value === 'number' ? value : fallback
  }
  return {
    every_ms: durationText(words, number('every_ms', 0)),
    usual_ms: durationText(words, number('usual_ms', 0)),
    deadline_ms: durationText(words, number('deadline_ms', 0)),
    now: timeText(words, number('now', Number.NaN)),
    approved_at: timeText(words, number('approved_at', Number.NaN)),
    step: stepTitle(words, String(params['step'] ?? '?')),
  }
}
