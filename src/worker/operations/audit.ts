import { actorKey } from '../../domain/actor.ts'
import type { DomainEvent } from '../../domain/event.ts'
import type { AuditEntryView } from '../../protocol/views.ts'
import type { AuditFilter } from '../../store/queries/audit.ts'
import { redacted } from '../audit/redacted.ts'
import { verifyHistory } from '../audit/verify-history.ts'
import { type EngineContext, type Operation, type Refusal, refusal } from '../context.ts'
import { refuseAccess } from './ownership.ts'
import { type Names, readNames } from './roster-names.ts'

/** The longest page that leaves through the bot. */
const CHAT_PAGE = 50

/** The history, newest first, a page at a time; through the bot without free text and hashes. */
export const auditList: Operation<'audit.list'> = async (context, caller, args) => {
  const refused = refuseAccess('audit.list', caller, 'none', 'the history')
  if (refused !== null) return refused
  const inChat = caller.actor.kind === 'telegram'
  const limit = inChat ? Math.min(args.limit, CHAT_PAGE) : args.limit
  const person = args.person === undefined ? undefined : await personNamed(context, args.person)
  if (person !== undefined && 'error' in person) return person
  const names = await readNames(context.host)
  const { request, run, type, from, to, before } = args
  const filter: AuditFilter = {
    limit: limit + 1,
    ...(person === undefined ? {} : { person }),
    ...(request === undefined ? {} : { requestId: request }),
    ...(run === undefined ? {} : { runId: run }),
    ...(type === undefined ? {} : { type }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(before === undefined ? {} : { before }),
  }
  return {
    effect() {
      const found = context.store.audit.list(filter)
      const entries = found.slice(0, limit).map((event) => auditEntry(names, event, inChat))
      return { ok: true, output: { entries, more: found.length > limit } }
    },
  }
}

/** Whether the history is as it was written. Reads only, and holds nobody up. */
export const auditVerify: Operation<'audit.verify'> = async (context, caller, args) => {
  const refused = refuseAccess('audit.verify', caller, 'none', 'the history')
  if (refused !== null) return refused
  const output = await verifyHistory(context.store, args)
  return { effect: () => ({ ok: true, output }) }
}

function auditEntry(names: Names, event: DomainEvent, inChat: boolean): AuditEntryView {
  const { id, at, type, requestId, runId, subjectTelegramId, actor, data, hash } = event
  const subject =
    subjectTelegramId === null
      ? null
      : { telegram_id: subjectTelegramId, name: names.key(`telegram:${subjectTelegramId}`).name }
  return {
    ...{ id, at, type, request_id: requestId, run_id: runId, subject, actor: names.key(actor) },
    ...(inChat ? { data: redacted(data), hash: null } : { data, hash }),
  }
}

/** Whom an OS user or a Telegram id means: somebody of the roster, or somebody for whom there was a run. */
async function personNamed(
  { host, store }: EngineContext,
  name: string,
): Promise<NonNullable<AuditFilter['person']> | Refusal> {
  const roster = await host.readRoster()
  const entries = roster.ok ? roster.entries : []
  const byId = /^[1-9][0-9]{0,15}$/.test(name)
  const listed = entries.filter(({ os_user, telegram_id }) =>
    byId ? telegram_id === Number(name) : os_user === name,
  )
  const telegramIds = new Set([
    ...listed.map(({ telegram_id }) => telegram_id),
    ...(byId ? [Number(name)] : store.audit.telegramIdsOf(name)),
  ])
  if (telegramIds.size === 0) {
    return refusal(
      'not_found',
      `cannot find the person '${name.toWellFormed()}' on the roster or in the history`,
    )
  }
  const accounts = await Promise.all(listed.map(({ os_user }) => host.accounts.byName(os_user)))
  return {
    telegramIds: [...telegramIds],
    actors: [
      ...[...telegramIds].flatMap((telegramId) => [
        actorKey({ kind: 'telegram', telegramId }),
        actorKey({ kind: 'approver', telegramId }),
      ]),
      ...accounts.flatMap((account) =>
        account === null ? [] : [actorKey({ kind: 'os', uid: account.uid, osUser: account.name })],
      ),
    ],
  }
}
