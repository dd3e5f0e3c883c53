import { actorKey } from '../../domain/actor.ts'
import { ENTRY_KEYS, type EntryKey, type RosterEntry, withChanges } from '../../domain/person.ts'
import type { EditSubject, RequestAnswers } from '../../domain/request.ts'
import type { Violation } from '../../domain/violation.ts'
import type { OperationArguments, OperationName } from '../../protocol/operations.ts'
import type { Caller } from '../caller.ts'
import { type Effect, type EngineContext, type Operation, type Refusal, refusal } from '../context.ts'
import { parseAnswers } from '../validation/validate-answers.ts'
import { checkEdit, checkRetest } from './check-edit.ts'
import { type Checked, heldViolations } from './check-request.ts'
import { closeRequest } from './decide-request.ts'
import { findPerson } from './find-person.ts'
import { reload } from './load-request.ts'
import { isRequester } from './ownership.ts'
import { putDraft, refuseFlood } from './request-draft.ts'
import { readNames } from './roster-names.ts'
import { requestView } from './views.ts'

/** Drafts other values for somebody on the roster; the same actor with the same changes gets the same open draft. */
export const personEdit: Operation<'person.edit'> = async (context, caller, args) => {
  const capped = refuseFlood(context, caller)
  const found = await findPerson(context, 'person.edit', caller, args.name)
  if (!found.ok) return found
  if (capped !== null) return capped
  const { violations, checked, subject } = await checkChanges(context, found.entry, args)
  if (violations.length > 0) return refused('edit this', violations)
  return drafting(context, caller, subject, checked, args.replaces)
}

/** The same, without a draft: for answers while they are given. Capped, because it probes the host. */
export const personCheckEdit: Operation<'person.check-edit'> = async (context, caller, args) => {
  const found = await findPerson(context, 'person.check-edit', caller, args.name)
  if (!found.ok) return found
  if (!context.checks.take(actorKey(caller.actor), context.clock())) {
    return refusal('too_many', 'cannot check more answers now: wait a minute')
  }
  const { violations } = await checkChanges(context, found.entry, args)
  return { effect: () => ({ ok: true, output: { violations } }) }
}

/** Drafts that somebody's smoke test is repeated. */
export const personRetest: Operation<'person.retest'> = async (context, caller, { name }) => {
  const capped = refuseFlood(context, caller)
  const found = await findPerson(context, 'person.retest', caller, name)
  if (!found.ok) return found
  if (capped !== null) return capped
  const checked = await checkRetest(context, found.entry)
  const violations = [...checked.violations, ...heldViolations(context, checked.resources, null)]
  if (violations.length > 0) return refused('test this again', violations)
  return drafting(context, caller, { kind: 'retest', entry: found.entry }, checked)
}

async function drafting<N extends Extract<OperationName, 'person.edit' | 'person.retest'>>(
  context: EngineContext,
  caller: Caller,
  subject: RequestAnswers & (EditSubject | { kind: 'retest' }),
  checked: Checked,
  replaces?: number,
): Promise<Effect<N>> {
  const names = await readNames(context.host)
  const known = subject.kind === 'edit' ? subject.before : subject.entry
  return {
    effect() {
      const id = putDraft(context, caller, subject, known.telegram_id, checked)
      const older = replaces === undefined || replaces === id ? null : context.store.requests.get(replaces)
      if (older?.state === 'draft' && isRequester(caller, older)) {
        closeRequest(context, older, 'cancelled', actorKey(caller.actor), null)
      }
      return { ok: true, output: { request: requestView(context, names, reload(context, id)) } }
    },
  } as Effect<N>
}

interface CheckedChanges {
  /** From all sides, every one at once. */
  violations: Violation[]
  checked: Checked
  subject: EditSubject
}

/** What changes, as far as it is right by itself, and everything that speaks against it. */
async function checkChanges(
  context: EngineContext,
  before: RosterEntry,
  { changes, proof, reason }: OperationArguments<'person.check-edit'>,
): Promise<CheckedChanges> {
  const keys = ENTRY_KEYS.filter((key) => changes[key] !== undefined)
  const given = Object.fromEntries(keys.map((key) => [key, changes[key] ?? undefined]))
  const required = { telegram_id: null, name: null, os_user: null, role: null }
  const { github_repos, ...entry } = { ...required, ...without(before, keys), ...given }
  const parsed = parseAnswers(
    {
      ...{ ...entry, account: 'adopt', proof, reason },
      ...(github_repos === undefined ? {} : { github_repos: [...github_repos] }),
    },
    context.config,
  )
  // What was in the entry before is not this edit's to judge.
  const isAsked = ({ field }: Violation) =>
    field === 'reason' || keys.some((key) => key === field.split('.')[0])
  const wrong = parsed.violations.filter(isAsked)
  const right = keys.filter((key) => !wrong.some(({ field }) => field.split('.')[0] === key))
  const after = withChanges(before, parsed.answers, right)
  const subject: EditSubject = {
    ...{ kind: 'edit', before, after },
    ...(after.telegram_id === before.telegram_id ? {} : { proof }),
    ...(parsed.answers.reason === undefined ? {} : { reason: parsed.answers.reason }),
  }
  const checked = await checkEdit(context, subject)
  const held = heldViolations(context, checked.resources, null)
  const found = checked.violations.filter(({ code }) => wrong.length === 0 || code !== 'edit_nothing')
  return { violations: [...wrong, ...found, ...held], checked, subject }
}

function without(entry: RosterEntry, keys: readonly EntryKey[]): Partial<RosterEntry> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.some((one) => one === key)))
}

function refused(what: string, violations: Violation[]): Refusal {
  const isHeldOnly = violations.every(({ code }) => code === 'held_by_request')
  return isHeldOnly
    ? refusal('held', `cannot ${what}: another open request holds the same person`, {
        params: violations[0]?.params ?? {},
        violations,
      })
    : refusal('invalid', `cannot ${what}: the answers are not valid; nothing was changed`, { violations })
}
