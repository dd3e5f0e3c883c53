import { INHERITED_KEYS } from '../../domain/person.ts'
import { osUserViolations, suggestOsUsers } from '../../domain/username.ts'
import type { AnswersInput } from '../../protocol/answers.ts'
import type { OperationOutput } from '../../protocol/operations.ts'
import { noteLine } from '../../texts/notes.ts'
import { roleLine } from '../../texts/people.ts'
import { plain } from '../../texts/plain.ts'
import { violationText } from '../../texts/violations.ts'
import type { Session } from '../session.ts'
import { collectRepos, integerOf, numberOf } from '../verbs/adduser-flags.ts'
import type { Answer, Prompter } from './prompter.ts'

/** In the order in which they are asked. */
export const QUESTIONS = ['telegram_id', 'name', 'os_user', 'role', 'github', 'defaults', 'routing'] as const
export type QuestionName = (typeof QUESTIONS)[number]

/** What there is to choose from on this host. */
export type Options = OperationOutput<'onboarding.options'>

/** What was answered so far; each question fills in its own. */
export interface Known {
  answers: Partial<AnswersInput>
}

const OF_QUESTION: Readonly<Record<string, QuestionName>> = {
  telegram_id: 'telegram_id',
  name: 'name',
  os_user: 'os_user',
  account: 'os_user',
  reason: 'os_user',
  home: 'os_user',
  role: 'role',
  groups: 'role',
  shell: 'role',
  github: 'github',
  workspace_base: 'defaults',
  model: 'defaults',
  agent_backend: 'defaults',
  max_budget: 'defaults',
  github_repos: 'routing',
  github_notify_chat_id: 'routing',
  pr_review: 'routing',
  issue_triage: 'routing',
}

/** The question whose answer a violation is about; the account where it is none of them. */
export function questionOf(field: string): QuestionName {
  return OF_QUESTION[field.split('.')[0] ?? ''] ?? 'os_user'
}

/** Asks one question and keeps its answer. */
export async function ask(
  name: QuestionName,
  session: Session,
  prompter: Prompter,
  options: Options,
  known: Known,
): Promise<Answer<null>> {
  switch (name) {
    case 'telegram_id':
      return keep(
        known,
        await prompter.text({
          message: 'Numeric Telegram id of the person',
          initial: textOf(known.answers.telegram_id),
          check: (text) =>
            /^[1-9][0-9]{0,15}$/.test(text)
              ? null
              : 'digits only: the bot shows the id to whoever writes to it',
        }),
        (text) => ({ telegram_id: integerOf(text) }),
      )
    case 'name':
      return keep(
        known,
        await prompter.text({
          message: 'Name, as people call them',
          initial: textOf(known.answers.name),
          check: (text) => (text === '' ? 'give a name' : null),
        }),
        (name) => ({ name }),
      )
    case 'os_user':
      return askAccount(session, prompter, options, known)
    case 'role': {
      const roles = options.roles.map((role) => ({ value: role.name, label: roleLine(session.words, role) }))
      const initial = textOf(known.answers.role) || 'user'
      return keep(known, await prompter.choose('Role', roles, { initial }), (role) => ({ role }))
    }
    case 'github':
      return keep(
        known,
        await prompter.text({
          message: 'GitHub login, empty for none',
          initial: textOf(known.answers.github),
        }),
        (github) => ({ github: github === '' ? undefined : github }),
      )
    case 'defaults':
      return askDefaults(prompter, options, known)
    case 'routing':
      return askRouting(prompter, known)
  }
}

/** A name, looked up on the host at once, and what to do about it: create, or adopt with what that account can do. */
async function askAccount(
  session: Session,
  prompter: Prompter,
  options: Options,
  known: Known,
): Promise<Answer<null>> {
  const suggested = options.own_os_user ?? suggestOsUsers(textOf(known.answers.name) ?? '')[0]
  const given = await prompter.text({
    message: 'OS user: a new account to create, or an existing one to adopt',
    initial: textOf(known.answers.os_user) ?? suggested,
    check: (text) => {
      if (text === '') return 'give a name'
      const violation = options.mode === 'single-user' ? undefined : osUserViolations(text)[0]
      return violation === undefined ? null : violationText(session.words, violation)
    },
  })
  if (given.kind !== 'answer') return given
  const osUser = given.value
  known.answers = { ...known.answers, os_user: osUser }
  const telegramId = known.answers.telegram_id
  const answer = await session.client.call(
    'host.check-account',
    { os_user: osUser, ...(typeof telegramId === 'number' ? { telegram_id: telegramId } : {}) },
    { signal: session.signal },
  )
  // Who may not ask beforehand is told by the draft.
  if (!answer.ok) return askCreateOrAdopt(prompter, options, known)
  const { check } = answer
  if (check.can_create) {
    known.answers = { ...known.answers, account: 'create', reason: undefined }
    await prompter.show([{ mark: 'will', text: `${plain(osUser)} is free: the account will be created` }])
    return { kind: 'answer', value: null }
  }
  if (check.can_adopt) {
    await prompter.show([
      {
        mark: 'info',
        text: `the account ${plain(osUser)} exists${check.uid === null ? '' : ` (uid ${check.uid})`}`,
      },
      ...check.power.map((note) => noteLine(session.words, note)),
    ])
    return askAdoption(prompter, known, osUser)
  }
  const violations = check.exists ? check.adopt_violations : check.create_violations
  await prompter.show(
    violations.map((violation) => ({ mark: 'failed', text: violationText(session.words, violation) })),
  )
  return askAccount(session, prompter, options, known)
}

async function askAdoption(prompter: Prompter, known: Known, osUser: string): Promise<Answer<null>> {
  const choices = [
    { value: 'adopt', label: `Adopt ${plain(osUser)} as it is` },
    { value: 'other', label: 'Choose another name' },
  ]
  const chosen = await prompter.choose('This account exists', choices)
  if (chosen.kind !== 'answer') return chosen
  if (chosen.value === 'other') return { kind: 'back' }
  const reason = await prompter.text({
    message: "Reason, if you stand in for the owner's consent; empty: the owner agrees with 'usher claim'",
    initial: known.answers.reason,
  })
  return keep(known, reason, (text) => ({ account: 'adopt', reason: text === '' ? undefined : text }))
}

async function askCreateOrAdopt(prompter: Prompter, options: Options, known: Known): Promise<Answer<null>> {
  if (options.mode === 'single-user') {
    known.answers = { ...known.answers, account: 'adopt' }
    return { kind: 'answer', value: null }
  }
  const choices = [
    { value: 'create' as const, label: 'Create a new account' },
    { value: 'adopt' as const, label: 'Adopt an existing account' },
  ]
  return keep(known, await prompter.choose('Account', choices), (account) => ({ account }))
}

async function askDefaults(prompter: Prompter, options: Options, known: Known): Promise<Answer<null>> {
  const labels = {
    workspace_base: 'Workspace',
    model: 'Model',
    agent_backend: 'Agent backend',
    max_budget: 'Monthly budget',
  }
  for (;;) {
    const choices = INHERITED_KEYS.map((key) => {
      const own = known.answers[key]
      const inherited = options.defaults[key]
      const value =
        own === undefined || own === null
          ? inherited === null
            ? 'none'
            : `${plain(inherited)} (inherited)`
          : plain(own)
      return { value: key, label: `${labels[key]}: ${value}` }
    })
    const chosen = await prompter.choose('Defaults for this person', [
      { value: 'keep' as const, label: 'Keep all' },
      ...choices,
    ])
    if (chosen.kind !== 'answer') return chosen
    if (chosen.value === 'keep') return { kind: 'answer', value: null }
    const key = chosen.value
    const given = await prompter.text({
      message: `${labels[key]}, empty to inherit`,
      initial: textOf(known.answers[key]),
    })
    if (given.kind === 'cancel') return given
    if (given.kind === 'answer') {
      const value = key === 'max_budget' ? numberOf(given.value) : given.value
      known.answers = { ...known.answers, [key]: value === '' ? undefined : value }
    }
  }
}

async function askRouting(prompter: Prompter, known: Known): Promise<Answer<null>> {
  for (;;) {
    const {
      github_repos: repos,
      github_notify_chat_id: chat,
      pr_review: review,
      issue_triage: triage,
    } = known.answers
    const chosen = await prompter.choose('GitHub routing', [
      { value: 'done', label: 'Done, nothing (more) to route' },
      {
        value: 'github_repos',
        label: `Repositories: ${repos === undefined ? 'none' : plain(repos.join(', '))}`,
      },
      {
        value: 'github_notify_chat_id',
        label: `Chat for notifications: ${chat === undefined ? 'none' : plain(String(chat))}`,
      },
      { value: 'pr_review', label: `PR review: ${flagText(review)}` },
      { value: 'issue_triage', label: `Issue triage: ${flagText(triage)}` },
    ])
    if (chosen.kind !== 'answer') return chosen
    if (chosen.value === 'done') return { kind: 'answer', value: null }
    const answer = await askRoute(chosen.value, prompter, known)
    if (answer.kind === 'cancel') return answer
  }
}

async function askRoute(key: string, prompter: Prompter, known: Known): Promise<Answer<null>> {
  if (key === 'github_repos') {
    const initial = known.answers.github_repos?.join(', ')
    const given = await prompter.text({ message: 'owner/repo, separated by commas; empty for none', initial })
    return keep(known, given, (text) => ({ github_repos: text === '' ? undefined : collectRepos(text) }))
  }
  if (key === 'github_notify_chat_id') {
    const initial = textOf(known.answers.github_notify_chat_id)
    const given = await prompter.text({ message: 'Chat id, negative for groups; empty for none', initial })
    return keep(known, given, (text) => ({
      github_notify_chat_id: text === '' ? undefined : integerOf(text),
    }))
  }
  const choices = [
    { value: 'inherit', label: 'Inherit' },
    { value: 'yes', label: 'Yes' },
    { value: 'no', label: 'No' },
  ]
  const given = await prompter.choose(key === 'pr_review' ? 'PR review' : 'Issue triage', choices)
  return keep(known, given, (text) => ({ [key]: text === 'inherit' ? undefined : text === 'yes' }))
}

function keep<T>(known: Known, answer: Answer<T>, part: (value: T) => Partial<AnswersInput>): Answer<null> {
  if (answer.kind !== 'answer') return answer
  known.answers = { ...known.answers, ...part(answer.value) }
  return { kind: 'answer', value: null }
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value)
}

function flagText(value: unknown): string {
  return value === undefined ? 'inherited' : value === true ? 'yes' : 'no'
}
