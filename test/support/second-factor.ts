import { toBase32 } from '../../src/worker/factors/base32.ts'
import { stepAt, totpCode } from '../../src/worker/factors/totp.ts'
import type { Fixture } from './engine-fixture.ts'

/** Gives somebody a second factor; each call of what it returns is their next code, half a minute later on the worker's clock. */
export function enroll(fixture: Fixture, telegramId: number): () => string {
  const secret = Buffer.alloc(20, telegramId % 251)
  const { machine, store, time } = fixture
  const factor = { secret: toBase32(secret), pending: null }
  machine.secrets = { ...machine.secrets, totp: new Map([...machine.secrets.totp, [telegramId, factor]]) }
  const seenStep = stepAt(time.now)
  store.factors.put({
    ...{ telegramId, state: 'active', enrolledAt: time.now },
    ...{ acceptedStep: seenStep - 2, seenStep, failures: 0 },
  })
  return () => {
    time.now += 30_000
    return totpCode(secret, stepAt(time.now))
  }
}
