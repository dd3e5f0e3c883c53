import { randomBytes } from 'node:crypto'
import { whyOf } from '../../domain/step.ts'
import type { SecretsFile } from '../../provisioning/secrets/secrets-file.ts'
import { fromBase32, toBase32 } from './base32.ts'

/** The worker's secrets as operations use them. The file is read again each time; root may have put back an older one. */
export interface Secrets {
  /** The key under which the witness's codes are made; asking for it without a witness is a bug. */
  rootKey(): Buffer
  /** The secret of somebody's second factor, and the one that was shown to them and not proven yet. */
  factorOf(telegramId: number): Promise<FactorSecrets | { problem: string }>
  /** Makes a new one that does not count until it is proven, and returns it in base 32. */
  makePending(telegramId: number): Promise<{ secret: string } | { problem: string }>
  /** The one that was proven counts from now on, if it still is this one. */
  usePending(telegramId: number, proven: Buffer): Promise<{ problem: string } | null>
  /** Forgets both. */
  remove(telegramId: number): Promise<{ problem: string } | null>
}

export interface FactorSecrets {
  secret: Buffer | null
  pending: Buffer | null
}

const FACTOR_BYTES = 20
const ROOT_KEY_BYTES = 32

/** Loads root's key, and makes one where a witness needs it. */
export async function openSecrets(
  file: SecretsFile,
  needsRootKey: boolean,
): Promise<{ ok: true; secrets: Secrets } | { ok: false; why: string }> {
  let rootKey: string | null = null
  if (needsRootKey) {
    const made = await file.edit((document) => {
      rootKey = document.rootKey
      if (rootKey !== null) return null
      rootKey = randomBytes(ROOT_KEY_BYTES).toString('base64url')
      return { ...document, rootKey }
    })
    if (!made.ok) return { ok: false, why: whyOf(made.failure) }
  } else {
    const read = await file.read()
    if (!read.ok) return { ok: false, why: whyOf(read.failure) }
  }
  return { ok: true, secrets: secretsOver(file, rootKey) }
}

function secretsOver(file: SecretsFile, rootKey: string | null): Secrets {
  const change = async (
    telegramId: number,
    make: (now: { secret: string | null; pending: string | null }) => {
      secret: string | null
      pending: string | null
    },
  ): Promise<{ problem: string } | null> => {
    const edited = await file.edit((document) => {
      const totp = new Map(document.totp)
      const made = make(totp.get(telegramId) ?? { secret: null, pending: null })
      if (made.secret === null && made.pending === null) totp.delete(telegramId)
      else totp.set(telegramId, made)
      return { ...document, totp }
    })
    return edited.ok ? null : { problem: whyOf(edited.failure) }
  }
  return {
    rootKey() {
      if (rootKey === null) throw new Error('there is no witness, so there is no key for its codes')
      return Buffer.from(rootKey, 'base64url')
    },
    async factorOf(telegramId) {
      const read = await file.read()
      if (!read.ok) return { problem: whyOf(read.failure) }
      const { secret = null, pending = null } = read.document.totp.get(telegramId) ?? {}
      return {
        secret: secret === null ? null : fromBase32(secret),
        pending: pending === null ? null : fromBase32(pending),
      }
    },
    async makePending(telegramId) {
      const secret = toBase32(randomBytes(FACTOR_BYTES))
      const problem = await change(telegramId, (now) => ({ ...now, pending: secret }))
      return problem ?? { secret }
    },
    usePending(telegramId, proven) {
      const secret = toBase32(proven)
      return change(telegramId, (now) => (now.pending === secret ? { secret, pending: null } : now))
    },
    remove: (telegramId) => change(telegramId, () => ({ secret: null, pending: null })),
  }
}
