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
  return [
    ...lines,
    ...howItGoes(words, details).map((line) => ({ ...line, indent: 1 })),
    below(words.say('status.room', room)),
  ]
}

/** The services, the last comparison, and whether approvals in chat count: for chat and terminal alike. */
export function howItGoes(words: Words, details: NonNullable<OperationOutput<'status'>['details']>): Line[] {
  const { services, reconciled, frozen, development } = details
  const marks = { active: 'none', inactive: 'failed', unknown: 'info' } as const
  return [
    ...services.map(
      ({ unit, state }): Line => ({
        mark: marks[state],
        text: words.say(`status.service.${state}`, { unit }),
      }),
    ),
    reconciled === null
      ? { mark: 'none', text: words.say('status.never_reconciled') }
      : {
          mark: reconciled.outcome === 'failed' ? 'failed' : 'none',
          text: reconciledText(words, reconciled),
        },
    ...(development === null
      ? []
      : [{ mark: 'failed' as const, text: words.say('status.development', { why: plain(development) }) }]),
    ...(frozen === null ? [] : [{ mark: 'failed' as const, text: words.say('status.frozen') }]),
  ]
}

type Reconciled = NonNullable<NonNullable<OperationOutput<'status'>['details']>['reconciled']>

function reconciledText(words: Words, { at, outcome, findings }: Reconciled): string {
  const when = { at: timeText(words, at) }
  return outcome === 'clean' || outcome === 'failed'
    ? words.say(`status.reconciled.${outcome}`, when)
    : words.say(`status.reconciled.${outcome}`, { ...when, count: findings })
}
