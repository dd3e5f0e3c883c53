import { randomBytes } from 'node:crypto'
import type { StepFailure } from '../../domain/step.ts'
import type { Host } from '../../provisioning/host/host.ts'

export type RootKeyResult = { ok: true; key: Buffer } | { ok: false; failure: StepFailure }

const BYTES = 32

/** Root's own key, for codes that nobody else can make; made when it is first needed. */
export async function rootKey({ secrets }: Pick<Host, 'secrets'>): Promise<RootKeyResult> {
  const found = await secrets.read()
  if (!found.ok) return found
  if (found.document.rootKey !== null) return keyOf(found.document.rootKey)
  const fresh = randomBytes(BYTES).toString('base64url')
  let key = fresh
  const edited = await secrets.edit((document) => {
    key = document.rootKey ?? fresh
    return document.rootKey === null ? { ...document, rootKey: fresh } : null
  })
  return edited.ok ? keyOf(key) : edited
}

function keyOf(text: string): { ok: true; key: Buffer } {
  const key = Buffer.from(text, 'base64url')
  if (key.length !== BYTES) throw new Error(`root's key has ${key.length} bytes`)
  return { ok: true, key }
}
