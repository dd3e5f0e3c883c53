import type { RequestView, RoleView } from '../../protocol/views.ts'
import type { WitnessItem } from '../../protocol/views-witness.ts'
import { actorText } from '../actors.ts'
import { timeText } from '../duration.ts'
import { askedLines } from '../edits.ts'
import { noteLine } from '../notes.ts'
import { plain } from '../plain.ts'
import { planLines } from '../plans.ts'
import { requestTitle } from '../requests.ts'
import type { Words } from '../words.ts'
import { MAX_MESSAGE_LENGTH } from './fit.ts'
import { type Html, join, lineHtml } from './html.ts'

/** So that every change that an edit can make fits. */
const MAX_LINE = 160
const EMPTY_LINE: Html = { html: ' ' }

/**
 * What an admin sees in the chat of the witness before they approve, and cannot be shown otherwise by a lying bot: first what would come
 * of it, then the plan, then the code. Of a long plan the end is left out, never anything else.
 */
export function witnessText(
  words: Words,
  { request, role, code, expires_at }: WitnessItem & { kind: 'send' },
): Html {
  const head = join([
    ...consequence(words, request),
    ...power(words, request, role),
    words.html('witness.asked_by', {
      who: actorText(words, request.requester),
      request: request.id,
      revision: request.revision,
    }),
    EMPTY_LINE,
  ])
  const tail = join([
    EMPTY_LINE,
    words.html('witness.code', { code: grouped(code) }),
    words.html('witness.how', { until: timeText(words, expires_at) }),
    EMPTY_LINE,
    words.html('witness.not_you'),
  ])
  const plan = planLines(words, request.plan).map(lineHtml)
  const cut = words.html('witness.plan_cut')
  let room = MAX_MESSAGE_LENGTH - head.html.length - tail.html.length - cut.html.length - 4
  const fits = plan.findIndex((line) => {
    room -= line.html.length + 1
    return room < 0
  })
  const shown = fits === -1 ? plan : [...plan.slice(0, fits), cut]
  return join([head, ...shown, tail])
}

/** Who would get what where. */
function consequence(words: Words, request: RequestView): Html[] {
  const { answers, kind, host, undoes } = request
  const { name, telegram_id, os_user, role } = answers
  if (kind === 'onboard' || kind === 'repair' || (kind === 'undo' && undoes !== 'edit')) {
    return [words.html(`witness.consequence.${kind}`, { name, telegram_id, os_user, role, host })]
  }
  const title = requestTitle(words, request)
  return [
    words.html('witness.consequence.other', { title, host }),
    ...askedLines(words, request).map((line) => lineHtml({ ...line, text: plain(line.text, MAX_LINE) })),
  ]
}

/** What that lets them do: the role, its groups, and what an existing account brings with it. */
function power(words: Words, { answers, kind, plan }: RequestView, role: RoleView): Html[] {
  if (kind === 'undo' || kind === 'retest') return []
  const groups =
    role.groups.length === 0
      ? words.html('witness.no_groups')
      : words.html('witness.groups', { groups: role.groups.join(', '), count: role.groups.length })
  const powers = plan.steps.flatMap(({ notes }) =>
    notes.filter((note) => note.code.startsWith('account.power')),
  )
  return [
    words.html('witness.power', { description: role.description }),
    groups,
    ...(kind === 'onboard' ? [words.html(`witness.account.${answers.account}`)] : []),
    ...powers.map((note) => lineHtml(noteLine(words, note))),
  ]
}

/** What stands there once the code is good no more. */
export function witnessClearedText(words: Words, { request_id, why }: WitnessItem & { kind: 'clear' }): Html {
  return words.html(`witness.cleared.${why}`, { request: request_id })
}

/** The first bot to an admin to whom the second may not write yet. */
export function witnessUnreachable(words: Words, request: number, bot: string): Html {
  return words.html('witness.unreachable', { request, bot })
}

/** In fours, as it is read aloud; whoever checks it does not mind the space. */
function grouped(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`
}
