import { createHash, randomBytes } from 'node:crypto'

/** A new code of 128 bits: 22 characters of base64url, which a deep link takes as they are (Bot API: 1-64 of A-Z a-z 0-9 _ -). */
export function makeInvitationCode(): string {
  return randomBytes(16).toString('base64url')
}

/** What is stored of a code. */
export function hashInvitationCode(code: string): string {
  return createHash('sha256').update('usher invitation v1\n').update(code.toWellFormed()).digest('hex')
}
