import type { Stuck } from '../../domain/run.ts'
import { stuckLines } from '../stuck.ts'
import { type Html, h, join, lineHtml } from './html.ts'

/** That a run does not go on. Its card says when it does again. */
export function stuckRunText(runId: number, requestId: number, stuck: Stuck): Html {
  return join([
    h`⏳ Run ${runId} does not go on:`,
    ...stuckLines(stuck, 0).map(lineHtml),
    h`Its card shows when it goes on; /requests ${requestId} opens it.`,
  ])
}
