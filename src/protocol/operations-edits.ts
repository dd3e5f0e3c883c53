import { z } from 'zod'
import { answersInputSchema } from './answers.ts'
import { violationSchema } from './errors.ts'
import type { OperationContract } from './operation-contract.ts'
import { requestViewSchema } from './views.ts'

/** OS user, or Telegram id in decimal. */
const name = z.string().max(200)
const id = z.number().int().positive()
const oneRequest = z.strictObject({ request: requestViewSchema })

/** The fields that get another value, shape and size only; null takes one away that an entry need not have. */
const changesInputSchema = answersInputSchema
  .omit({ account: true, proof: true, reason: true })
  .partial()
  .extend({ github_repos: answersInputSchema.shape.github_repos.unwrap().nullable().optional() })

const edit = {
  name,
  changes: changesInputSchema,
  /** How a new Telegram id is known to be theirs. */
  proof: answersInputSchema.shape.proof,
  /** Why they get another account; from uid 0 it stands for the consent of its owner. */
  reason: answersInputSchema.shape.reason,
}

/** Other values for somebody on the roster, and their smoke test again. */
export const EDIT_OPERATIONS = {
  /**
   * Drafts a request of kind `edit`: validated against the host, with every violation at once, and planned. Same actor and same
   * changes give the same open draft. With `replaces` the actor's older draft is cancelled.
   */
  'person.edit': {
    mutates: true,
    input: z.strictObject({ ...edit, replaces: id.optional() }),
    output: oneRequest,
  },
  /** Everything that speaks against these changes now, and nothing is written: for answers while they are given. */
  'person.check-edit': {
    mutates: false,
    input: z.strictObject(edit),
    output: z.strictObject({ violations: z.array(violationSchema) }),
  },
  /** Drafts a request of kind `retest`: the plan is the smoke test alone. */
  'person.retest': { mutates: true, input: z.strictObject({ name }), output: oneRequest },
} as const satisfies Record<string, OperationContract>
