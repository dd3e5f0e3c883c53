import type { CallResult, Client } from '../../../src/client/client.ts'
import { OPERATIONS } from '../../../src/protocol/operations.ts'
import type { Permission } from '../../../src/protocol/permissions.ts'
import type { Caller } from '../../../src/worker/caller.ts'
import { admin, type Fixture, telegramUser, theBot } from '../../support/engine-fixture.ts'

/**
 * The real engine at the client's port, without the socket: everybody in `admins` decides, who is on the roster is a member,
 * others are strangers; both have the permissions `members`.
 */
export function engineClient(
  fixture: Fixture,
  admins: readonly number[],
  members: Permission[] = [],
): Client {
  const callerOf = (telegramId: number): Caller =>
    admins.includes(telegramId)
      ? admin(telegramId)
      : telegramUser(
          telegramId,
          members,
          fixture.machine.roster.find((entry) => entry.telegram_id === telegramId) ?? null,
        )
  return {
    async call(operation, input, { onBehalfOf, idempotencyKey } = {}) {
      const caller = onBehalfOf === undefined ? theBot : callerOf(onBehalfOf)
      const result = await fixture.call(caller, operation, input, idempotencyKey)
      if (!result.ok) return { ok: false, error: result.error }
      const output = OPERATIONS[operation].output.parse(result.output) as object
      return { ok: true, ...output } as CallResult<typeof operation>
    },
    async *events(cursor, { signal }) {
      let next = cursor
      while (!signal.aborted) {
        const [event] = fixture.engine.events.after(next, 1)
        if (event !== undefined) {
          next = event.id
          yield event
          continue
        }
        await new Promise<void>((resolve) => {
          const wake = () => {
            stop()
            signal.removeEventListener('abort', wake)
            resolve()
          }
          const stop = fixture.engine.events.subscribe(wake)
          signal.addEventListener('abort', wake)
        })
      }
    },
    async close() {},
  }
}
