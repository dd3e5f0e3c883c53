import type { OperationOutput } from '../protocol/operations.ts'
import { actorText } from './actors.ts'
import { durationText, sizeText, timeText } from './duration.ts'
import type { Line } from './line.ts'
import { personLine } from './people.ts'
import { plain } from './plain.ts'
import { stuckLines } from './stuck.ts'

/** Whom the worker takes the caller for, and what that one may do. */
export function whoamiLines(whoami: OperationOutput<'whoami'>): Line[] {
  const { actor, person, role, permissions, admin } = whoami
  return [
    {
      mark: 'none',
      text: `You are ${actorText(actor)}${actor.name === null ? '' : ` (${plain(actor.key, 64)})`}, role ${plain(role, 64)}`,
    },
    person === null
      ? { mark: 'none', text: 'not on the roster', indent: 1 }
      : { mark: 'none', text: `on the roster: ${personLine(person)}`, indent: 1 },
    {
      mark: 'none',
      text: admin ? 'decides requests of others' : 'does not decide requests of others',
      indent: 1,
    },
    {
      mark: 'none',
      text: `permitted: ${permissions.length === 0 ? 'nothing' : permissions.map((name) => plain(name, 64)).join(', ')}`,
      indent: 1,
    },
  ]
}

/** Whether the worker runs and, to who may read it, how it is. */
export function statusLines(status: OperationOutput<'status'>, now: number): Line[] {
  const { details } = status
  const lines: Line[] = [
    {
      mark: status.ready ? 'done' : 'doing',
      text: `The worker on ${plain(status.host, 64)} is ${status.ready ? 'ready' : 'not ready yet'} (Usher ${plain(status.version, 40)}, ${status.mode === 'system' ? 'for the whole system' : 'single-user mode'})`,
    },
  ]
  if (details === null) return lines
  lines.push(
    {
      mark: 'none',
      text: `since ${timeText(details.started_at)} (${durationText(now - details.started_at)})`,
      indent: 1,
    },
    { mark: 'none', text: `runs: ${details.running} running, ${details.queued} queued`, indent: 1 },
    ...details.stuck.flatMap(({ run_id, stuck }): Line[] =>
      stuckLines(stuck, 2).map((line) => ({ ...line, text: `run ${run_id}: ${line.text}` })),
    ),
    { mark: 'none', text: `requests that are open: ${details.open_requests}`, indent: 1 },
  )
  if (details.roster_problem !== null) {
    lines.push({
      mark: 'failed',
      text: `the roster cannot be used: ${plain(details.roster_problem)}`,
      indent: 1,
    })
  } else if (details.people !== null) {
    lines.push({ mark: 'none', text: `people on the roster: ${details.people}`, indent: 1 })
  }
  lines.push({
    mark: 'none',
    text: `last event ${details.last_event}, memory ${sizeText(details.rss_bytes)}, ${sizeText(details.disk_free_bytes)} free on disk`,
    indent: 1,
  })
  return lines
}
