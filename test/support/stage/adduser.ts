/** The answers to /adduser, given the way people give them: with the picker, buttons and a typed login. */
import type { MessageView } from '../bot-api-server/control/views.ts'
import type { Pattern } from '../chat-driver/pattern.ts'
import type { Person } from '../chat-driver/person.ts'

export interface AdduserAnswers {
  newcomer: { id: number; first_name?: string }
  /** The button with the OS user, or `{ typed }`. */
  account: Pattern | { typed: string }
  /** Confirms the adoption of an existing account. */
  adopt?: boolean
  role?: string
  /** Typed; else the suggested name is taken. */
  name?: string
  github?: string
}

/** How the person answers; a demo shows it too. */
export interface Hands {
  tap(label: Pattern): Promise<unknown>
  pick(newcomer: { id: number }): Promise<unknown>
}

/** From /adduser to the review card; gives the card. */
export async function answerAdduser(
  person: Person,
  answers: AdduserAnswers,
  hands: Hands = { tap: (label) => person.taps(label), pick: (newcomer) => person.picks(newcomer) },
): Promise<MessageView> {
  await person.sends('/adduser')
  await person.sees('Who shall get access?')
  await hands.pick(answers.newcomer)
  return answerFromAccountOn(person, answers, hands)
}

/** The rest, from the question for the account on. */
export async function answerFromAccountOn(
  person: Person,
  answers: AdduserAnswers,
  hands: Hands = { tap: (label) => person.taps(label), pick: (newcomer) => person.picks(newcomer) },
): Promise<MessageView> {
  const { account, adopt = false, role = 'user', name, github } = answers
  await person.sees('Which account')
  if (typeof account === 'object' && 'typed' in account) await person.sends(account.typed)
  else await hands.tap(account)
  if (adopt) await hands.tap(/^Adopt /)
  await person.sees('Which role?')
  await hands.tap(role)
  await person.sees('What is their name?')
  if (name === undefined) await hands.tap(/^(?!Cancel|‹ Back)/)
  else await person.sends(name)
  await person.sees('GitHub login?')
  if (github === undefined) await hands.tap('Skip')
  else await person.sends(github)
  await person.sees('Personal defaults')
  await hands.tap('Keep all')
  await person.sees('GitHub routing')
  await hands.tap('Skip')
  return person.sees('What would change on the host', { buttons: [/Approve/, /Edit/, 'Cancel'] })
}
