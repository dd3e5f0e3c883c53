import * as texts from '../../src/texts/chat/questions.ts'
import type { OnboardingOptions } from '../ports.ts'
import type { FieldKey } from './fields.ts'
import type { FieldMenu } from './menu.ts'

export const DEFAULTS_KEYS = [
  'workspace_base',
  'model',
  'agent_backend',
  'max_budget',
] as const satisfies readonly FieldKey[]
export const ROUTING_KEYS = [
  'github_repos',
  'github_notify_chat_id',
  'pr_review',
  'issue_triage',
] as const satisfies readonly FieldKey[]

/** Question 5: what the person inherits, `[Keep all]` first. */
export const DEFAULTS_MENU = (options: OnboardingOptions): FieldMenu => ({
  text: (answers) => texts.defaultsMenu(answers, options.inherited),
  done: (answers) => texts.keepLabel(answers),
  keys: DEFAULTS_KEYS,
})

/** Question 6: optional GitHub routing. */
export const ROUTING_MENU: FieldMenu = {
  text: (answers) => texts.routingMenu(answers),
  done: (answers) => texts.routingDoneLabel(answers),
  keys: ROUTING_KEYS,
}
