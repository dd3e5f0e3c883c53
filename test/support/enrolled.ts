import { fromBase32 } from '../../src/worker/factors/base32.ts'
import { totpCode } from '../../src/worker/factors/totp.ts'
import { type Fixture, operator } from './engine-fixture.ts'

/** Somebody with an authenticator app. */
export interface Enrolled {
  telegramId: number
  secret: Buffer
  /** What the app shows now, or some steps later. */
  codeAt(stepsLater?: number): string
}

/** Puts an admin on the roster and makes them a secret that they have not proven. */
export async function enrolling(fixture: Fixture, telegramId = 7): Promise<Enrolled & { code: string }> {
  fixture.machine.roster.push({
    telegram_id: telegramId,
    name: `Admin ${telegramId}`,
    os_user: `a${telegramId}`,
    role: 'admin',
  })
  const made = await fixture.ok(operator, 'totp.enroll', { person: String(telegramId) })
  const secret = fromBase32(made.secret)
  const codeAt = (stepsLater = 0) => totpCode(secret, Math.floor(fixture.time.now / 30_000) + stepsLater)
  return { telegramId, secret, codeAt, code: codeAt() }
}

/** The same, proven; then a minute passes, because the first code is used up. */
export async function enrolled(fixture: Fixture, telegramId = 7): Promise<Enrolled> {
  const { code, ...one } = await enrolling(fixture, telegramId)
  await fixture.ok(operator, 'totp.prove', { telegram_id: telegramId, code })
  fixture.time.now += 60_000
  return one
}
