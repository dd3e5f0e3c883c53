import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Refusal } from './codes.ts'

export type ReadSecret = { ok: true; text: string } | { ok: false; refusal: Refusal }

/** Longer than any token, in bytes: what is longer is something else. */
const LIMIT = 4096

/** A token from a file that the operator names. */
export function readSecretFile(file: string): ReadSecret {
  const refuse = (why: string): ReadSecret => ({
    ok: false,
    refusal: { code: 'invalid', message: `cannot read the token in ${JSON.stringify(file)}: ${why}` },
  })
  let descriptor: number
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    return refuse(
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : String(code),
    )
  }
  try {
    if (!fstatSync(descriptor).isFile())
      return refuse('it is not a plain file; --token-stdin reads from a pipe')
    const bytes = Buffer.alloc(LIMIT + 1)
    const length = readSync(descriptor, bytes, 0, LIMIT + 1, 0)
    return length > LIMIT
      ? refuse('it is too long for a token')
      : { ok: true, text: bytes.toString('utf8', 0, length) }
  } finally {
    closeSync(descriptor)
  }
}

/** A token from a pipe or file on standard input. A terminal would show what is typed. */
export async function readSecretStream(stdin: Readable & { isTTY?: boolean }): Promise<ReadSecret> {
  const refuse = (message: string): ReadSecret => ({ ok: false, refusal: { code: 'invalid', message } })
  if (stdin.isTTY === true) {
    return refuse(
      'cannot read the token from a terminal, which would show it: leave --token-stdin away to be asked, or use a pipe (usher setup --token-stdin < FILE)',
    )
  }
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > LIMIT)
      return refuse('cannot use what came on standard input: it is too long for a token')
  }
  return text.trim() === ''
    ? refuse('cannot use what came on standard input: it is empty')
    : { ok: true, text }
}
