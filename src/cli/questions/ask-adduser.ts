import type { CallResult } from '../../client/client.ts'
import type { AnswersInput } from '../../protocol/answers.ts'
import type { RequestView } from '../../protocol/views.ts'
import { errorLines } from '../../texts/errors.ts'
import { fieldLabel } from '../../texts/fields.ts'
import { requestLines, requestSubject } from '../../texts/requests.ts'
import type { Words } from '../../texts/words.ts'
import { afterDecision } from '../after-decision.ts'
import { done, failed, type Outcome, refused } from '../outcome.ts'
import type { Session } from '../session.ts'
import { submitAndDecide } from '../submit.ts'
import type { Answer, Choice, Prompter } from './prompter.ts'
import { ask, type Known, type Options, QUESTIONS, type QuestionName, questionOf } from './questions.ts'

/**
 * The questions of `/adduser` at a terminal: one after the other with a way back, then the review with the plan as the
 * worker computed it. Answers that the worker refuses are asked again.
 */
export async function askAdduser(
  session: Session,
  prompter: Prompter,
  { dryRun }: { dryRun: boolean },
): Promise<Outcome> {
  const { client, signal, words } = session
  const options = await client.call('onboarding.options', {}, { signal })
  if (!options.ok) return refused(words, options.error)
  const known: Known = {
    answers: { account: options.mode === 'single-user' ? 'adopt' : 'create', proof: 'typed' },
  }
  let open: QuestionName[] = [...QUESTIONS]
  let draft: RequestView | null = null
  for (;;) {
    if (!(await askAll(session, prompter, options, known, open))) return left(session, draft)
    const answers = {
      telegram_id: null,
      name: null,
      os_user: null,
      role: null,
      ...known.answers,
    } as AnswersInput
    const drafted: CallResult<'request.draft'> = await client.call(
      'request.draft',
      { answers, ...(draft === null ? {} : { replaces: draft.id }) },
      { signal },
    )
    if (!drafted.ok) {
      await prompter.show(errorLines(words, drafted.error))
      const wrong = [...new Set((drafted.error.violations ?? []).map(({ field }) => questionOf(field)))]
      if (wrong.length === 0) return refused(words, drafted.error)
      open = wrong
      continue
    }
    draft = drafted.request
    await prompter.show(requestLines(words, draft))
    if (dryRun) return done({ request: draft, dry_run: true }, [])
    const next = await review(session, prompter, draft)
    if (next === 'cancel') return left(session, draft)
    if (next === 'approve' || next === 'submit') return finish(session, draft, next === 'approve')
    open = [next]
  }
}

/** Asks in order; a step back from the first leaves. False: the person left. */
async function askAll(
  session: Session,
  prompter: Prompter,
  options: Options,
  known: Known,
  names: QuestionName[],
): Promise<boolean> {
  let at = 0
  while (at < names.length) {
    const name = names[at]
    if (name === undefined) break
    const answer: Answer<null> = await ask(name, session, prompter, options, known)
    if (answer.kind === 'cancel') return false
    if (answer.kind === 'answer') at += 1
    else if (at > 0) at -= 1
    else if (names.length === QUESTIONS.length)
      await prompter.show([{ mark: 'info', text: 'this is the first question; Esc leaves' }])
    else return askAll(session, prompter, options, known, before(name))
  }
  return true
}

/** The question before one that was asked again, and that one. */
function before(name: QuestionName): QuestionName[] {
  const at = QUESTIONS.indexOf(name)
  return QUESTIONS.slice(Math.max(0, at - 1), at + 1)
}

async function review(
  session: Session,
  prompter: Prompter,
  draft: RequestView,
): Promise<'approve' | 'submit' | 'cancel' | QuestionName> {
  const who = await session.client.call('whoami', {}, { signal: session.signal })
  const decides = who.ok && who.role === 'operator'
  const choices: Choice<'approve' | 'submit' | 'edit' | 'cancel'>[] = [
    ...(decides ? [{ value: 'approve' as const, label: 'Approve and run it now' }] : []),
    { value: 'submit', label: decides ? 'Submit it for others to decide' : 'Submit it for a decision' },
    { value: 'edit', label: 'Edit an answer' },
    { value: 'cancel', label: 'Cancel' },
  ]
  for (;;) {
    const chosen = await prompter.choose(`Review: ${requestSubject(session.words, draft)}`, choices, {
      back: false,
    })
    if (chosen.kind === 'cancel') return 'cancel'
    if (chosen.kind === 'back') continue
    if (chosen.value !== 'edit') return chosen.value
    const fields = QUESTIONS.map((name) => ({ value: name, label: labelOf(session.words, name) }))
    const edited = await prompter.choose('Which answer?', fields)
    if (edited.kind === 'cancel') return 'cancel'
    if (edited.kind === 'answer') return edited.value
  }
}

async function finish(session: Session, draft: RequestView, approve: boolean): Promise<Outcome> {
  const submitted = await submitAndDecide(session, draft, approve)
  if (!submitted.ok) return submitted.outcome
  const { request, claimCode } = submitted
  const wait = request.run_id !== null
  return afterDecision(session, request, { wait, claimCode, data: { claim_code: claimCode } })
}

/** Nothing stays behind of a dialogue that was left. */
async function left({ client }: Session, draft: RequestView | null): Promise<Outcome> {
  if (draft !== null) await client.call('request.cancel', { id: draft.id })
  return failed('cancelled', 'cancelled: nothing was changed')
}

function labelOf(words: Words, name: QuestionName): string {
  return name === 'defaults' ? 'defaults' : name === 'routing' ? 'GitHub routing' : fieldLabel(words, name)
}
