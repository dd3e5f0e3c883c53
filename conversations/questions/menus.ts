import * as texts from '../../src/texts/chat/questions.ts'
import type { OnboardingOptions } from '../ports.ts'
import type { FieldMenu } from './menu.ts'

/** Question 5: what the person inherits, `[Keep all]` first. */
export const DEFAULTS_MENU = (options: OnboardingOptions): FieldMenu => ({
  text: (answers) => texts.defaultsMenu(answers, options.inherited),
  done: (answers) => texts.keepLabel(answers),
  keys: ['workspace_base', 'model', 'agent_backend', 'max_budget'],
})

/** Question 6: optional GitHub routing. */
export const ROUTING_MENU: FieldMenu = {
  text: (answers) => texts.routingMenu(answers),
  done: (answers) => texts.routingDoneLabel(answers),
  keys: ['github_repos', 'github_notify_chat_id', 'pr_review', 'issue_triage'],
}
