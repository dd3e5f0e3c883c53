import { expect, it } from 'vitest'
import { createLogger } from '../../../src/bot/log.ts'
import { createAlarms } from '../../../src/bot/updates/alarms.ts'
import type { WorkerCalls } from '../../../src/bot/worker-calls.ts'

it('an alarm is raised for the second conflict within ten minutes, for a foreign webhook at once, and not again for a while', () => {
  let at = 0
  const raised: unknown[] = []
  const worker = {
    call: async (_: string, input: unknown) => {
      raised.push(input)
      return { ok: true }
    },
  } as unknown as WorkerCalls
  const alarm = createAlarms({ worker, log: createLogger('silent'), now: () => at })
  alarm('conflict')
  at = 11 * 60_000
  alarm('conflict')
  expect(raised).toEqual([])
  at += 5000
  alarm('conflict')
  alarm('conflict')
  alarm('foreign_webhook')
  alarm('foreign_webhook')
  expect(raised).toEqual([{ kind: 'conflict' }, { kind: 'foreign_webhook' }])
})
