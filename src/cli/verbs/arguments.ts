import { InvalidArgumentError } from 'commander'
import { SHORT_DIGEST_LENGTH } from '../../domain/plan.ts'

/** A decimal id as an argument. */
export function parseId(text: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new InvalidArgumentError('give its number, for example 7.')
  return Number(text)
}

/** A digest as an argument: as it is shown, or whole. */
export function parseDigest(text: string): string {
  if (!/^(?:[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43})$/.test(text)) {
    throw new InvalidArgumentError(`give the ${SHORT_DIGEST_LENGTH} characters that were shown.`)
  }
  return text
}

/** Whether what was given names the digest of this plan; views hold the short form. */
export function isDigestOf(shown: string, given: string): boolean {
  return given.slice(0, SHORT_DIGEST_LENGTH) === shown.slice(0, SHORT_DIGEST_LENGTH)
}
