import { INHERITED_KEYS, ROUTING_KEYS } from '../../src/domain/person.ts'
import * as texts from '../../src/texts/chat/questions.ts'
import type { OnboardingOptions } from '../ports.ts'
import type { FieldMenu } from './menu.ts'

/** Question 5: what the person inherits, `[Keep all]` first. */
export const DEFAULTS_MENU = (options: OnboardingOptions): FieldMenu => ({
  text: (answers) => texts.defaultsMenu(answers, options.inherited),
  done: (answers) => texts.keepLabel(answers),
  keys: INHERITED_KEYS,
})

/** Question 6: optional GitHub routing. */
export const ROUTING_MENU: FieldMenu = {
  text: (answers) => texts.routingMenu(answers),
  done: (answers) => texts.routingDoneLabel(answers),
  keys: ROUTING_KEYS,
}
