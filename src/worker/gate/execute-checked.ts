import type { ApiError } from '../../protocol/errors.ts'
import { OPERATIONS, type OperationName } from '../../protocol/operations.ts'
import type { Caller } from '../caller.ts'
import type { Engine } from '../engine.ts'
import { violationsOf } from './input-violations.ts'
import { type About, aboutOf } from './log-about.ts'

/** What an operation came to; `output` goes into the answer as it is, and `about` into the log. */
export type Executed = ({ ok: true; output: object } | { ok: false; error: ApiError }) & { about: About }

/** Parses and checks the body against the operation's schema, with all violations at once, and hands it on. */
export async function executeChecked(
  engine: Pick<Engine, 'execute'>,
  caller: Caller,
  operation: OperationName,
  bytes: Buffer,
  idempotencyKey: string | null,
): Promise<Executed> {
  const input = parseJson(bytes)
  if (input === undefined) {
    return {
      ok: false,
      error: { code: 'bad_request', message: 'cannot read this body: it is not JSON' },
      about: {},
    }
  }
  const parsed = OPERATIONS[operation].input.safeParse(input)
  if (!parsed.success) {
    const violations = violationsOf(parsed.error, input)
    const message = `cannot ${operation}: ${violations.length} things are wrong with the input`
    return { ok: false, error: { code: 'invalid', message, violations }, about: {} }
  }
  const result = await engine.execute(caller, operation, parsed.data, idempotencyKey)
  return { ...result, about: aboutOf(operation, parsed.data, result.ok ? result.output : {}) }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
