import type { CallResult, Client } from '../../../src/client/client.ts'
import { OPERATIONS, type OperationName } from '../../../src/protocol/operations.ts'
import type { Caller } from '../../../src/worker/caller.ts'
import type { Fixture } from '../../support/engine-fixture.ts'

/** The real engine at the client's port, without the socket, for one caller. `lost`: operations whose call never arrives. */
export function callerClient(fixture: Fixture, caller: Caller, lost: ReadonlySet<OperationName>): Client {
  return {
    async call(operation, input, { idempotencyKey, signal } = {}) {
      if (lost.has(operation)) {
        return { ok: false, error: { code: 'unreachable', message: `cannot reach the worker` } }
      }
      const aborted = new Promise<null>((resolve) =>
        signal?.addEventListener('abort', () => resolve(null), { once: true }),
      )
      const result = await Promise.race([fixture.call(caller, operation, input, idempotencyKey), aborted])
      if (result === null) return { ok: false, error: { code: 'unreachable', message: 'given up' } }
      if (!result.ok) return { ok: false, error: result.error }
      const output = OPERATIONS[operation].output.parse(result.output) as object
      return { ok: true, ...output } as CallResult<typeof operation>
    },
    async *events() {},
    async close() {},
  }
}
