import type { OperationOutput } from '../protocol/operations.ts'
import { actorText } from './actors.ts'
import { durationText, sizeText, timeText } from './duration.ts'
import type { Line } from './line.ts'
import { personLine } from './people.ts'
import { plain } from './plain.ts'
import { stuckLines } from './stuck.ts'
import type { Words } from './words.ts'

/** Whom the worker takes the caller for, and what that one may do. */
export function whoamiLines(words: Words, whoami: OperationOutput<'whoami'>): Line[] {
  const { actor, person, permissions, admin } = whoami
  const you = {
    ...{ who: actorText(words, actor), role: plain(whoami.role, 64) },
    ...(actor.name === null ? {} : { key: plain(actor.key, 64) }),
  }
  const permitted = permissions.map((name) => plain(name, 64)).join(', ')
  return [
    { mark: 'none', text: words.coded('whoami.you', you) },
    ...[
      person === null
        ? words.say('whoami.not_on_roster')
        : words.say('whoami.on_roster', { person: personLine(words, person) }),
      words.say(admin ? 'whoami.decides' : 'whoami.decides_not'),
      words.coded('whoami.permitted', permitted === '' ? {} : { permissions: permitted }),
    ].map((text): Line => ({ mark: 'none', text, indent: 1 })),
  ]
}

/** Whether the worker runs and, to who may read it, how it is. */
export function statusLines(words: Words, status: OperationOutput<'status'>, now: number): Line[] {
  const { details, mode } = status
  const worker = {
    ...{ host: plain(status.host, 64), version: plain(status.version, 40) },
    ...{ ready: status.ready ? 'yes' : 'no', mode },
  }
  const lines: Line[] = [{ mark: status.ready ? 'done' : 'doing', text: words.say('status.worker', worker) }]
  if (details === null) return lines
  const { started_at: started, running, queued, roster_problem: problem, people } = details
  const below = (text: string, mark: Line['mark'] = 'none'): Line => ({ mark, text, indent: 1 })
  lines.push(
    below(
      words.say('status.since', {
        at: timeText(words, started),
        duration: durationText(words, now - started),
      }),
    ),
    below(words.say('status.runs', { running, queued })),
    ...details.stuck.flatMap(({ run_id: run, stuck }): Line[] =>
      stuckLines(words, stuck, 2).map((line) => ({
        ...line,
        text: words.say('status.stuck', { run, why: line.text }),
      })),
    ),
    below(words.say('status.open_requests', { count: details.open_requests })),
  )
  if (problem !== null) lines.push(below(words.say('status.roster_problem', { why: problem }), 'failed'))
  else if (people !== null) lines.push(below(words.say('status.people', { count: people })))
  const room = {
    ...{ event: details.last_event, memory: sizeText(words, details.rss_bytes) },
    disk: sizeText(words, details.disk_free_bytes),
  }
  const { frozen } = details
  if (frozen !== null) {
    const by = actorText(words, { key: frozen.by, name: null })
    lines.push(below(words.say('factors.status_frozen', { at: timeText(words, frozen.at), by }), 'failed'))
  }
  return [...lines, below(words.say('status.room', room))]
}
