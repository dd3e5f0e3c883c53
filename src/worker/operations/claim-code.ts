import { createHash, randomInt } from 'node:crypto'

/** Crockford's base 32: no I, L, O and U, so nothing is read or typed as something else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 20
const GROUP = 5

/** A new code of 100 bits for a person to type: `7K3MA-…`, four groups of five. */
export function makeClaimCode(): string {
  const symbols = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)])
  return symbols.join('').replace(new RegExp(`.{${GROUP}}(?=.)`, 'g'), '$&-')
}

/** What is stored of a code; the same however it was typed: case, spaces and dashes do not count. */
export function hashClaimCode(code: string): string {
  const typed = code.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replaceAll('O', '0')
  return createHash('sha256').update('usher claim v1\n').update(typed.toWellFormed()).digest('hex')
}
