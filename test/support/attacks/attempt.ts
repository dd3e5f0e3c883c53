import { randomBytes } from 'node:crypto'
import type { StepKind, StepParams, StepRecord } from '../../../src/domain/step.ts'
import type { Host } from '../../../src/provisioning/host/host.ts'
import type { StepImplementation, StepOutcome, UndoOutcome } from '../../../src/provisioning/step-kind.ts'

/** Steps one after another with their journals, and their undo in reverse: a run without a database. */
export class Attempt {
  readonly host: Host
  readonly #run: { runId: number; requestId: number; marker: string; undoing: boolean }
  readonly #undo: { kind: StepKind; undo(): Promise<UndoOutcome> }[] = []

  /** As if a run that had succeeded were taken back: what the person did since is theirs. */
  takeBack(): void {
    this.#run.undoing = true
  }

  constructor(host: Host, { runId = 7, marker = randomBytes(16).toString('hex') } = {}) {
    this.host = host
    this.#run = { runId, requestId: 5, marker, undoing: false }
  }

  async apply<K extends StepKind, R extends StepRecord>(
    step: StepImplementation<K, R>,
    params: StepParams[K],
  ): Promise<StepOutcome> {
    let record: string | null = null
    const context = {
      host: this.host,
      run: this.#run,
      journal: {
        commit(committed: R) {
          record = JSON.stringify(committed)
        },
      },
      signal: AbortSignal.timeout(60_000),
    }
    const latest = () => (record === null ? null : JSON.parse(record))
    this.#undo.unshift({ kind: step.kind, undo: () => step.undo(context, params, latest()) })
    return step.apply(context, params, null)
  }

  /** Every step is undone, whatever came of the others. */
  async undoAll(): Promise<(UndoOutcome & { kind: StepKind })[]> {
    const outcomes: (UndoOutcome & { kind: StepKind })[] = []
    for (const { kind, undo } of this.#undo) outcomes.push({ kind, ...(await undo()) })
    return outcomes
  }
}
