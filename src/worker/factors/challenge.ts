import { createHash, randomBytes } from 'node:crypto'

/** 128 bits in base64url, 22 characters. */
export function makeChallenge(): string {
  return randomBytes(16).toString('base64url')
}

/** A challenge as it is stored. Random bits need no slow hash. */
export function hashChallenge(challenge: string): string {
  return createHash('sha256').update(`usher challenge v1\n${challenge}`).digest('base64url')
}
