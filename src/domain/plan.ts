import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { PlanStep } from './step.ts'

/** The ordered steps that would fulfil a request, and the digest that an approval is bound to. */
export interface Plan {
  /** Version of the digest's input format. */
  format: 1
  steps: PlanStep[]
  /** SHA-256, base64url, 43 characters; people see and send the first 22 (128 bits). */
  digest: string
  /** Whether this plan itself demands a bot-proof step-up or consent, whatever the role says. */
  demands: { terminal: boolean; consent: boolean }
}

/** How many characters of a digest are shown and sent: 128 bits in base64url. */
export const SHORT_DIGEST_LENGTH = 22

/** Domain-separated SHA-256 over the canonical JSON of `input`, base64url without padding. */
export function digestOf(purpose: string, input: unknown): string {
  return createHash('sha256').update(`usher ${purpose} v1\n`).update(canonicalJson(input)).digest('base64url')
}

/** Whether what a person sent names this digest: the short form or the whole. */
export function digestMatches(digest: string, given: string): boolean {
  return given === digest || given === digest.slice(0, SHORT_DIGEST_LENGTH)
}
