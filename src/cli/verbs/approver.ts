import type { RequestView } from '../../protocol/views.ts'
import { requestLine, requestLines, requestSubject } from '../../texts/requests.ts'
import type { Words } from '../../texts/words.ts'
import { done, failed, type Outcome, refused } from '../outcome.ts'
import type { Prompter } from '../questions/prompter.ts'
import type { Session } from '../session.ts'
import type { AddVerb } from './act.ts'
import { parseTelegramId } from './arguments.ts'

/** The most requests that are offered at once. */
const PAGE = 50

/**
 * What the approver account runs for whoever comes by SSH, with `--as` fixed by their key: shows what waits, and decides it for that
 * person, who proves with a code of their second factor that it is them.
 */
export const addApprover: AddVerb = (program, act) => {
  program
    .command('approver')
    .description(
      'as the approver account, by SSH: shows what waits, and confirms or denies it with a code of your second factor',
    )
    .requiredOption('--as <telegram-id>', 'whom this key belongs to', parseTelegramId)
    .action(act((session, options: { as: number }) => decideAsApprover(session, options.as), 'approver'))
}

/** `SSH_ORIGINAL_COMMAND` counts as the number of a request and as nothing else. */
async function decideAsApprover(session: Session, telegramId: number): Promise<Outcome> {
  const { client, prompter, signal, words, sshCommand } = session
  if (prompter === null) return failed('bad_request', words.say('approver.no_terminal'))
  const wanted = /^\s*([1-9][0-9]{0,14})\s*$/.exec(sshCommand ?? '')?.[1]
  if (sshCommand !== null && wanted === undefined) {
    return failed('bad_request', words.say('approver.not_an_id', { command: sshCommand }))
  }
  const asked = { onBehalfOf: telegramId, signal }
  const id = wanted === undefined ? await pick(session, prompter, telegramId) : Number(wanted)
  if (typeof id !== 'number') return id
  const answer = await client.call('request.get', { id }, asked)
  if (!answer.ok) return refused(words, answer.error)
  const { request } = answer
  await prompter.show(requestLines(words, request))
  if (request.state !== 'submitted') {
    return failed('already_decided', words.say('approver.not_waiting', { id }))
  }
  const choice = await prompter.choose(
    words.say('approver.what', { subject: requestSubject(words, request) }),
    [
      { value: 'leave', label: words.say('approver.leave') },
      { value: 'confirm', label: words.say('approver.confirm') },
      { value: 'deny', label: words.say('approver.deny') },
    ],
    { back: false },
  )
  if (choice.kind !== 'answer' || choice.value === 'leave') return leftAsItIs(words, id)
  const code = await prompter.text({
    message: words.say('approver.code'),
    placeholder: '123456',
    check: (text) => (/^[0-9]{6}$/.test(text.replaceAll(' ', '')) ? null : words.say('approver.code_form')),
  })
  if (code.kind !== 'answer') return leftAsItIs(words, id)
  const totp = code.value.replaceAll(' ', '')
  const decided =
    choice.value === 'confirm'
      ? await client.call('request.confirm', { id, digest: request.plan.digest, totp }, asked)
      : await client.call('request.deny', { id, totp }, asked)
  return decided.ok ? decidedOutcome(words, decided.request) : refused(words, decided.error)
}

/** The number of the request that somebody wants to see, or how it ends without one. */
async function pick(session: Session, prompter: Prompter, telegramId: number): Promise<number | Outcome> {
  const { client, signal, words } = session
  const asked = { onBehalfOf: telegramId, signal }
  const listed = await client.call('request.list', { open: true, limit: PAGE }, asked)
  if (!listed.ok) return refused(words, listed.error)
  const waiting = listed.requests.filter(({ state, missing }) => state === 'submitted' && missing.length > 0)
  if (waiting.length === 0) {
    return done({ requests: [] }, [{ mark: 'info', text: words.say('approver.nothing_waits') }])
  }
  const choice = await prompter.choose(
    words.say('approver.which', { count: waiting.length }),
    waiting.map((request) => ({ value: String(request.id), label: requestLine(words, request) })),
    { back: false },
  )
  if (choice.kind === 'answer') return Number(choice.value)
  return failed('declined', words.say('approver.left'))
}

function leftAsItIs(words: Words, id: number): Outcome {
  return failed('declined', words.say('approver.left_as_it_is', { id }))
}

function decidedOutcome(words: Words, request: RequestView): Outcome {
  return done({ request, run_id: request.run_id }, [{ mark: 'done', text: requestLine(words, request) }])
}
