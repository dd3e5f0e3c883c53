import { z } from 'zod'

/**
 * Answers as a client sends them. Shape and size only: whether a value is right (an id in range, a free name…) is the
 * worker's validation, which reports all violations at once. `telegram_id` is loose so that `"123"` and `true` get a
 * violation in words instead of a schema error.
 */
const looseScalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()])
export const answersInputSchema = z.strictObject({
  telegram_id: looseScalar,
  name: looseScalar,
  os_user: looseScalar,
  role: looseScalar,
  account: z.enum(['create', 'adopt']),
  proof: z.enum(['started', 'picker', 'forward', 'contact', 'typed']).default('typed'),
  reason: z.string().max(1000).optional(),
  github: looseScalar.optional(),
  workspace_base: looseScalar.optional(),
  model: looseScalar.optional(),
  agent_backend: looseScalar.optional(),
  max_budget: looseScalar.optional(),
  github_repos: z.array(looseScalar).max(100).optional(),
  github_notify_chat_id: looseScalar.optional(),
  pr_review: looseScalar.optional(),
  issue_triage: looseScalar.optional(),
})
export type AnswersInput = z.infer<typeof answersInputSchema>
