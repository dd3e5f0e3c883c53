import { type IdentityProof, INHERITED_KEYS, type InheritedKey, ROUTING_KEYS } from '../../domain/person.ts'
import type { Note } from '../../domain/step.ts'
import { fieldLabel } from '../fields.ts'
import { noteText } from '../notes.ts'
import { plain } from '../plain.ts'
import { type Html, h, join } from './html.ts'

type Value = string | number | boolean | string[]
type Answers = Partial<Record<string, Value | undefined>> & object

export const PICK_LABEL = '👤 Choose from Telegram'
export const TRY_AGAIN_LABEL = 'Try again'
export const SKIP_LABEL = 'Skip'
export const NONE_LABEL = 'None'
export const INHERIT_LABEL = 'Inherit'
export const YES_LABEL = 'Yes'
export const NO_LABEL = 'No'

export const useAButton: Html = h`Please use one of the buttons above.`
export const typeAnAnswer: Html = h`Please type the answer, or use a button above.`
export const typeAName: Html = h`Please type a name, or use a button above.`
export const cancelled = 'Cancelled. Nothing was changed.'
export const answersAreKept: Html = h`Your answers are kept.`
export const firstQuestion: Html = h`This is the first question. /cancel ends it.`

// 1. who
export const askWho: Html = h`<b>Who shall get access?</b>
Use the button below, forward a message of theirs, share their contact, or type their numeric Telegram id.`
export const whoUnclear: Html = h`I need a person: use the button below, forward a message of theirs, share their contact, or type their numeric Telegram id.`
export const usernameIsNoId: Html = h`A username can change hands, so I need the numeric id. Use the button below, or ask them to write to me: I show them their id.`
export const originNotAPerson: Html = h`That message comes from a chat or channel, not from a person. Forward one that they wrote themself.`
export const originIsABot: Html = h`That message was written by a bot. Forward one that the person wrote.`
export const contactWithoutId: Html = h`That contact has no Telegram account, so it tells me no id. Use the button below, or ask them to write to me: I show them their id.`

export function originHidden(name: string): Html {
  return h`${plain(name, 64)} hides who they are in forwarded messages, so I cannot read their id. Use the button below, or ask them to write to me: I show them their id.`
}

const PROOFS: Record<IdentityProof, string> = {
  started: 'they wrote to me themself',
  picker: 'chosen in Telegram',
  forward: 'from a forwarded message',
  contact: 'from a contact',
  typed: 'typed by hand, not proven',
}

export function whoNoted(name: string, telegramId: number, proof: IdentityProof): Html {
  const who = name === '' ? h`` : h` ${plain(name, 64)},`
  return h`✅ <b>Person:</b>${who} id <code>${telegramId}</code> (${PROOFS[proof]})`
}

// 2. os_user
export function askOsUser(only: string | null): Html {
  if (only !== null) {
    return h`<b>Which account?</b>
Usher runs without root here, so only your own account can be taken.`
  }
  return h`<b>Which account on the host?</b>
Choose a name or type another one. An account that exists already can be adopted.`
}

export function existingAccountLabel(osUser: string): string {
  return `${plain(osUser, 32)} (exists: adopt)`
}

export function adoptLabel(osUser: string): string {
  return `Adopt ${plain(osUser, 32)}`
}

export function offerToAdopt(osUser: string, power: readonly Note[]): Html {
  const can = power.length === 0 ? [h`▫️ no groups, sudo rules or keys worth a mention`] : power.map(noteHtml)
  return join([
    h`<b>The account ${plain(osUser, 32)} exists already.</b> Adopting it leaves it as it is. What it can do already:`,
    ...can,
    h`Its owner must agree (<code>usher claim CODE</code>, run as that account), or root confirms with a reason.`,
  ])
}

const noteHtml = (note: Note) => h`▫️ ${noteText(note)}`

export function accountNoted(answer: { os_user: string; account: 'create' | 'adopt' }): Html {
  return h`✅ <b>Account:</b> <code>${answer.os_user}</code> (${answer.account === 'create' ? 'new' : 'existing, adopted'})`
}

// 3. role
export function askRole(lines: readonly string[]): Html {
  return join([h`<b>Which role?</b>`, ...lines.map((line) => h`• ${line}`)])
}

export function roleNoted(role: string): Html {
  return h`✅ <b>Role:</b> ${role}`
}

// 4. name and GitHub login
export const askName: Html = h`<b>What is their name?</b>
It stands on the roster.`
export function nameLabel(name: string): string {
  return plain(name, 64)
}
export const askGithub: Html = h`<b>Their GitHub login?</b>
Type it, or skip.`

// 5. and 6. defaults and routing
export function askDefault(
  key: InheritedKey,
  inherited: string | number | null,
  own: Value | undefined,
): Html {
  const hint =
    key === 'workspace_base'
      ? h`
<code>{home}</code>, <code>{os_user}</code> and <code>{telegram_id}</code> are filled in.`
      : h``
  return h`<b>Their ${fieldLabel(key)}?</b>
Inherited: ${inherited ?? 'nothing'}.${own === undefined ? h`` : h` Now: ${valueText(own)}.`} Type a value, or inherit.${hint}`
}

export function defaultsMenu(
  answers: Answers,
  inherited: Readonly<Record<string, string | number | null>>,
): Html {
  return join([
    h`<b>Personal defaults</b>`,
    ...Object.entries(inherited).map(([key, fallback]) => {
      const own = answerOf(answers, key)
      return own === undefined
        ? h`▫️ ${capital(fieldLabel(key))}: ${fallback ?? 'nothing'} (inherited)`
        : h`✏️ ${capital(fieldLabel(key))}: ${valueText(own)}`
    }),
  ])
}

export function keepLabel(answers: Answers): string {
  return INHERITED_KEYS.some((key) => answerOf(answers, key) !== undefined) ? 'Go on' : 'Keep all'
}

export function routingMenu(answers: Answers): Html {
  return join([
    h`<b>GitHub routing</b> (optional)`,
    ...ROUTING_KEYS.map((key) => {
      const own = answerOf(answers, key)
      return own === undefined
        ? h`▫️ ${capital(fieldLabel(key))}: not set`
        : h`✏️ ${capital(fieldLabel(key))}: ${valueText(own)}`
    }),
  ])
}

export function routingDoneLabel(answers: Answers): string {
  return ROUTING_KEYS.some((key) => answerOf(answers, key) !== undefined) ? 'Go on' : SKIP_LABEL
}

export function changeLabel(key: string): string {
  return `✏️ ${capital(fieldLabel(key))}`
}

export const askRepos: Html = h`<b>Which GitHub repositories?</b>
Type them as <code>owner/repo</code>, separated by spaces.`
export const askNotifyChat: Html = h`<b>Which Telegram chat gets GitHub notifications?</b>
Type its numeric id; groups have a negative one.`
export function askYesNo(key: 'pr_review' | 'issue_triage'): Html {
  return key === 'pr_review'
    ? h`<b>Shall the agent review pull requests for this person?</b>`
    : h`<b>Shall the agent sort new issues for this person?</b>`
}

// editing
export const askWhichAnswer: Html = h`<b>Which answer shall change?</b>`
export const edited = 'Changed. The card above shows the new plan.'
export const editEnded = 'Nothing more was changed. The card stands as it is.'

export function editLabel(key: string): string {
  return key === 'telegram_id' ? 'Person' : capital(fieldLabel(key))
}

function answerOf(answers: Answers, key: string): Value | undefined {
  return (answers as Record<string, Value | undefined>)[key]
}

function valueText(value: Value): string {
  if (Array.isArray(value)) return plain(value.join(', '), 300)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return plain(value, 300)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
