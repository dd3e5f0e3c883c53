import { INHERITED_KEYS, ROUTING_KEYS } from '../../src/domain/person.ts'
import * as texts from '../../src/texts/chat/questions.ts'
import type { OnboardingOptions } from '../ports.ts'
import type { FieldMenu } from './menu.ts'

/** Question 5: what the person inherits, `[Keep all]` first. */
export const DEFAULTS_MENU = (options: OnboardingOptions): FieldMenu => ({
  text: (words, answers) => texts.defaultsMenu(words, answers, options.inherited),
  done: texts.keepKey,
  keys: INHERITED_KEYS,
})

/** Question 6: optional GitHub routing. */
export const ROUTING_MENU: FieldMenu = {
  text: texts.routingMenu,
  done: texts.routingDoneKey,
  keys: ROUTING_KEYS,
}
