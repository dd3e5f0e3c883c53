import { type Actor, actorKey } from '../../domain/actor.ts'
import { digestOf } from '../../domain/plan.ts'
import type { RequestAnswers } from '../../domain/request.ts'
import { whyOf } from '../../domain/step.ts'
import type { Violation } from '../../domain/violation.ts'
import type { AnswersInput } from '../../protocol/answers.ts'
import type { Caller } from '../caller.ts'
import { because, type EngineContext, type Operation, type Refusal, refusal } from '../context.ts'
import { isComplete, type ParsedAnswers, parseAnswers } from '../validation/validate-answers.ts'
import { validateFacts } from '../validation/validate-facts.ts'
import { followReplacement } from './access/follow.ts'
import { type Checked, checkAnswers, heldViolations } from './check-request.ts'
import { closeRequest } from './decide-request.ts'
import { reload } from './load-request.ts'
import { isRequester, ownTelegramId, refuseAccess } from './ownership.ts'
import { eventSubject, resourcesOf } from './request-subject.ts'
import { readNames } from './roster-names.ts'
import { requestView } from './views.ts'

const DAY = 24 * 3_600_000

/** Validates answers against the host and plans them; the same actor with the same answers gets the same open draft. */
export const requestDraft: Operation<'request.draft'> = async (
  context,
  caller,
  { answers: input, replaces },
) => {
  const { store } = context
  const prepared = await prepareDraft(context, caller, input)
  if ('error' in prepared) return prepared
  const { subject, checked, telegramId } = prepared
  const names = await readNames(context.host)
  return {
    effect() {
      const id = putDraft(context, caller, subject, telegramId, checked)
      const older = replaces === undefined || replaces === id ? null : store.requests.get(replaces)
      if (older?.state === 'draft' && isRequester(caller, older)) {
        followReplacement(context, older, reload(context, id))
        closeRequest(context, older, 'cancelled', actorKey(caller.actor), null)
      }
      return { ok: true, output: { request: requestView(context, names, reload(context, id)) } }
    },
  }
}

/** What is to be drafted, checked against the host. */
export interface PreparedDraft {
  subject: RequestAnswers
  telegramId: number
  checked: Checked
}

/** Whether this caller may draft these answers, and what the host says to them; with everything that is wrong. */
export async function prepareDraft(
  context: EngineContext,
  caller: Caller,
  input: AnswersInput,
): Promise<PreparedDraft | Refusal> {
  const parsed = parseAnswers(input, context.config)
  const own = ownTelegramId(caller)
  const about = own !== null && input.telegram_id === own ? 'own' : 'foreign'
  const refused = refuseAccess('request.draft', caller, about, 'anything to draft')
  if (refused !== null) {
    return refusal(
      'not_permitted',
      `cannot draft a request for somebody else as ${caller.role}`,
      because('draft_for_others'),
    )
  }
  const capped = refuseFlood(context, caller)
  if (capped !== null) return capped

  const { violations, checked } = await checkDraft(context, input, parsed)
  if (checked === null || violations.length > 0 || !isComplete(parsed.answers)) {
    const heldOnly = violations.every(({ code }) => code === 'held_by_request')
    return heldOnly
      ? refusal('held', 'cannot draft this: another open request holds the same person', {
          params: violations[0]?.params ?? {},
          violations,
        })
      : refusal('invalid', 'cannot draft this: the answers are not valid; nothing was changed', {
          violations,
        })
  }
  const { answers } = parsed
  return { subject: { kind: 'onboard', answers }, telegramId: answers.telegram_id, checked }
}

/** The actor's open draft of this subject, made or planned anew; call it inside a transaction. */
export function putDraft(
  { config, store, events, clock, host, limits }: EngineContext,
  caller: Caller,
  subject: RequestAnswers,
  telegramId: number,
  checked: Checked,
): number {
  const now = clock()
  const requester: Actor = caller.actor
  const requesterKey = actorKey(requester)
  const subjectHash = digestOf('subject', subject)
  const existing = store.requests.findDraft(subjectHash, requesterKey)
  const expiresAt = now + limits.draftLifetimeMs
  const id =
    existing?.id ??
    store.requests.insert({
      host: host.environment.name,
      subject,
      subjectHash,
      subjectTelegramId: telegramId,
      requester,
      requesterKey,
      requesterPersonKey: caller.personKey,
      createdAt: now,
      expiresAt,
    })
  const revision = existing?.revision ?? 1
  const { plan, basis } = checked.plan({
    host: host.environment.name,
    requestId: id,
    revision,
    requester,
  })
  store.requests.setPlan(id, revision, plan, JSON.stringify(basis), existing?.expiresAt ?? expiresAt)
  if (existing === null) {
    const request = store.requests.get(id)
    if (request !== null) {
      events.append('request.drafted', eventSubject(store, request), requesterKey, {
        kind: subject.kind,
        mode: config.mode,
      })
    }
  }
  return id
}

/** Everything that is wrong, from all sides; `checked` is null when there is not enough to plan. */
async function checkDraft(
  context: EngineContext,
  input: AnswersInput,
  parsed: ParsedAnswers,
): Promise<{ violations: Violation[]; checked: Checked | null }> {
  const { answers } = parsed
  if (isComplete(answers)) {
    const checked = await checkAnswers(context, answers)
    const held = heldViolations(context, checked.resources, null)
    return { violations: unique([...parsed.violations, ...checked.violations, ...held]), checked }
  }
  const { os_user } = answers
  const found =
    os_user === undefined
      ? await rosterOnly(context, input)
      : await partialCheck(context, { ...answers, os_user }, answers.telegram_id ?? null)
  return { violations: unique([...parsed.violations, ...found]), checked: null }
}

/** What the host has against the answers that are usable although others are not. */
async function partialCheck(
  context: EngineContext,
  answers: ParsedAnswers['answers'] & { os_user: string },
  telegramId: number | null,
): Promise<Violation[]> {
  const role = context.config.roles.get(answers.role ?? '') ?? null
  // No Telegram id is 0, so the roster and the folders of nobody match.
  const asked = { ...answers, telegram_id: telegramId ?? 0 }
  const observed = await context.observe(asked, role)
  const resources = resourcesOf(asked, null)
  return [
    ...validateFacts(context.config, asked, role, observed),
    ...heldViolations(context, resources, null),
  ]
}

/** Without a usable name there is no account to look at, but the Telegram id may be taken, also as a string. */
async function rosterOnly(context: EngineContext, input: AnswersInput): Promise<Violation[]> {
  const roster = await context.host.roster.read()
  if (!roster.ok) {
    const params = { path: context.config.paths.roster, why: whyOf(roster.failure) }
    return [{ field: 'roster', code: 'roster_unusable', params }]
  }
  const wanted = String(input.telegram_id)
  const entry = roster.people
    .map((person) => person.entry)
    .find(({ telegram_id }) => String(telegram_id) === wanted)
  if (entry === undefined) return []
  const params = { value: entry.telegram_id, os_user: entry.os_user }
  return [{ field: 'telegram_id', code: 'telegram_id_on_roster', params }]
}

/** Nobody but root drafts without end. */
export function refuseFlood(context: EngineContext, caller: Caller): Refusal | null {
  const { store, limits, clock } = context
  if (caller.actor.kind === 'operator') return null
  const most = caller.permissions.has('requests.draft.all') ? limits.draftsPerDay : limits.ownDraftsPerDay
  const made = store.requests.countSince(actorKey(caller.actor), clock() - DAY)
  return made < most
    ? null
    : refusal(
        'too_many',
        `cannot draft more than ${most} requests a day`,
        because('drafts_per_day', { max: most }),
      )
}

function unique(violations: readonly Violation[]): Violation[] {
  const byKey = new Map(violations.map((violation) => [JSON.stringify(violation), violation]))
  return [...byKey.values()]
}
