import type { Stuck } from '../../domain/run.ts'
import { stuckLines } from '../stuck.ts'
import type { Words } from '../words.ts'
import { type Html, join, lineHtml } from './html.ts'

/** That a run does not go on. Its card says when it does again. */
export function stuckRunText(words: Words, runId: number, requestId: number, stuck: Stuck): Html {
  return join([
    words.html('card.stuck_run', { id: runId }),
    ...stuckLines(words, stuck, 0).map(lineHtml),
    words.html('card.stuck_run_follow', { id: requestId }),
  ])
}
