import type { StepRecord } from '../../../src/domain/step.ts'
import type { Host } from '../../../src/provisioning/host/host.ts'
import type { StepContext } from '../../../src/provisioning/step-kind.ts'

export const MARKER = '00112233445566778899aabbccddeeff'

/** A context whose journal is a list: `records` is what was committed, oldest first. */
export function stepContext<R extends StepRecord>(
  host: Host,
  signal: AbortSignal = new AbortController().signal,
  started: ReadonlySet<number> = new Set(),
): { context: StepContext<R>; records: R[] } {
  const records: R[] = []
  return {
    records,
    context: {
      host,
      run: { runId: 1, requestId: 1, marker: MARKER, undoing: false },
      journal: { commit: (record) => void records.push(structuredClone(record)) },
      signal,
      hasStarted: (telegramId) => started.has(telegramId),
    },
  }
}
