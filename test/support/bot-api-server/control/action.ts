import type { z } from 'zod'
import type { Account } from '../state/account.ts'

/**
 * One thing that a test can make the small world do, with the shape of its input. Input and output are plain JSON, so that
 * the same action works in the process and over HTTP. Throws with a message for the test's author when it makes no sense.
 */
export interface Action<Schema extends z.ZodType, Output> {
  input: Schema
  run: (account: Account, input: z.output<Schema>) => Output | Promise<Output>
}

export const action = <Schema extends z.ZodType, Output>(
  input: Schema,
  run: (account: Account, input: z.output<Schema>) => Output | Promise<Output>,
): Action<Schema, Output> => ({ input, run })
