import type { z } from 'zod'

/** What an operation takes and gives. `mutates`: it needs an idempotency key. */
export interface OperationContract {
  mutates: boolean
  input: z.ZodType
  output: z.ZodType
}
