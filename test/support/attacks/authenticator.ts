import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../../src/client/client.ts'
import { fromBase32 } from '../../../src/worker/factors/base32.ts'
import { stepAt, totpCode } from '../../../src/worker/factors/totp.ts'

/** Somebody's authenticator app. */
export interface Authenticator {
  /**
   * A code that was never used before; waits for one when this half minute's were all used. With `use` false it will not be used, and
   * comes again.
   */
  code(use?: boolean): Promise<string>
}

/** Enrolls somebody on the operator's socket, as `usher totp enroll` does. */
export async function enrollPerson(client: Client, person: string): Promise<Authenticator> {
  const enrolled = await client.call('totp.enroll', { person })
  if (!enrolled.ok) throw new Error(`cannot enroll ${person}: ${enrolled.error.message}`)
  const { secret, telegram_id } = enrolled
  // Clocks may be half a minute apart, so the last code and the next one are good as well.
  let shown = stepAt(Date.now()) - 1
  const codeOf = (step: number) => totpCode(fromBase32(secret), step)
  const proven = await client.call('totp.prove', { telegram_id, code: codeOf(shown) })
  if (!proven.ok) throw new Error(`cannot prove the factor of ${person}: ${proven.error.message}`)
  return {
    async code(use = true) {
      const step = Math.max(shown + 1, stepAt(Date.now()) - 1)
      while (stepAt(Date.now()) + 1 < step) await sleep(250)
      if (use) shown = step
      return codeOf(step)
    },
  }
}
