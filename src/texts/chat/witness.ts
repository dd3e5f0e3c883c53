import type { WitnessItem } from '../../protocol/views-witness.ts'
import { actorText } from '../actors.ts'
import { timeText } from '../duration.ts'
import { noteLine } from '../notes.ts'
import { planLines } from '../plans.ts'
import type { Words } from '../words.ts'
import { MAX_MESSAGE_LENGTH } from './fit.ts'
import { type Html, join, lineHtml } from './html.ts'

const EMPTY_LINE: Html = { html: ' ' }

/**
 * What an admin sees in the chat of the witness before they approve, and cannot be shown otherwise by a lying bot: first what would come
 * of it, then the plan, then the code. Of a long plan the end is left out, never anything else.
 */
export function witnessText(
  words: Words,
  { request, role, code, expires_at }: WitnessItem & { kind: 'send' },
): Html {
  const { answers, kind } = request
  const who = { name: answers.name, telegram_id: answers.telegram_id, os_user: answers.os_user }
  const powers = request.plan.steps.flatMap(({ notes }) =>
    notes.filter((note) => note.code.startsWith('account.power')),
  )
  const head = join([
    words.html(`witness.consequence.${kind}`, { ...who, role: role.name, host: request.host }),
    ...(kind === 'undo'
      ? []
      : [
          words.html('witness.power', { description: role.description }),
          role.groups.length === 0
            ? words.html('witness.no_groups')
            : words.html('witness.groups', { groups: role.groups.join(', '), count: role.groups.length }),
          words.html(`witness.account.${answers.account}`, { os_user: answers.os_user }),
          ...powers.map((note) => lineHtml(noteLine(words, note))),
        ]),
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

/** What stands there once the code is good no more. */
export function witnessClearedText(words: Words, { request_id, why }: WitnessItem & { kind: 'clear' }): Html {
  return words.html(`witness.cleared.${why}`, { request: request_id })
}

/** In fours, as it is read aloud; whoever checks it does not mind the space. */
function grouped(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`
}
