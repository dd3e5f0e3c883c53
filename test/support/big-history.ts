/** A long history, made with the store's own queries, so that it is as whole as one that took years. */
import { actorKey } from '../../src/domain/actor.ts'
import type { EventType } from '../../src/domain/event.ts'
import type { JsonObject } from '../../src/domain/json.ts'
import type { OnboardAnswers } from '../../src/domain/person.ts'
import { digestOf, type Plan } from '../../src/domain/plan.ts'
import { type PlanStep, STEP_ORDER } from '../../src/domain/step.ts'
import type { Store } from '../../src/store/store.ts'

/** How much of everything. Each person is onboarded at least once. */
export interface HistorySize {
  people: number
  requests: number
  events: number
}

/** What the figures are about. */
export const LONG: HistorySize = { people: 1000, requests: 10_000, events: 100_000 }

/** Somebody of the long history, for the roster. */
export function longPerson(index: number): {
  telegram_id: number
  name: string
  os_user: string
  role: string
} {
  return { telegram_id: 900_000_000 + index, name: `Person ${index}`, os_user: `long-${index}`, role: 'user' }
}

/** The roster with these people as text. */
export function longRoster(people: number): string {
  const entries = Array.from({ length: people }, (_, index) => {
    const { telegram_id, name, os_user, role } = longPerson(index)
    return `  - telegram_id: ${telegram_id}\n    name: ${name}\n    os_user: ${os_user}\n    role: ${role}\n`
  })
  return `users:\n${entries.join('\n')}`
}

/** Lines of passwd(5) for these people. */
export function longPasswd(people: number): string {
  return Array.from({ length: people }, (_, index) => {
    const { os_user, name } = longPerson(index)
    return `${os_user}:x:${20_000 + index}:${20_000 + index}:${name}:/home/${os_user}:/bin/bash\n`
  }).join('')
}

const OPERATOR = { kind: 'operator', uid: 0 } as const
/** Requests of one transaction. */
const BATCH = 200
/** Events of an onboarding and of a denial below. */
const ONBOARDING = 5 + 2 * STEP_ORDER.length + 2
const DENIAL = 3

/** Fills a store up to this size, the newest at `until` (epoch milliseconds), a minute apart. */
export function fillStore(store: Store, size: HistorySize, until: number): void {
  const left = { requests: size.requests - 1, events: size.events - store.events.latest() }
  const onboardings = Math.ceil((left.events - DENIAL * left.requests) / (ONBOARDING - DENIAL))
  const total = left.requests + 1
  for (let first = 0; first < total; first += BATCH) {
    store.transaction(() => {
      for (let n = first; n < Math.min(first + BATCH, total); n++) {
        const at = until - (total - n) * 60_000
        addRequest(store, n % size.people, at, n < onboardings)
      }
    })
  }
}

function addRequest(store: Store, index: number, at: number, onboarded: boolean): void {
  const answers: OnboardAnswers = { ...longPerson(index), account: 'create', proof: 'started' }
  const subject = { kind: 'onboard', answers } as const
  const actor = actorKey(OPERATOR)
  const id = store.requests.insert({
    ...{ host: 'box', subject, subjectHash: digestOf('subject', subject) },
    ...{ subjectTelegramId: answers.telegram_id, requester: OPERATOR, requesterKey: actor },
    ...{ requesterPersonKey: 'operator', createdAt: at, expiresAt: at + 86_400_000 },
  })
  const plan = planOf(answers, id)
  store.requests.setPlan(id, 1, plan, JSON.stringify({ paths: plan.steps.map(({ params }) => params) }), at)
  const tell = (type: EventType, by: string, data: JsonObject, runId: number | null = null) =>
    store.events.append({
      ...{ at, type, requestId: id, runId, subjectTelegramId: answers.telegram_id, actor: by, data },
    })
  tell('request.drafted', actor, { kind: 'onboard', mode: 'system' })
  store.requests.transition(id, 'draft', 'submitted', 1, { submittedAt: at })
  tell('request.submitted', actor, { kind: 'onboard', revision: 1, expires_at: at + 86_400_000 })
  if (!onboarded) {
    store.requests.transition(id, 'submitted', 'denied', 1, { decidedAt: at, decidedBy: actor, reason: 'no' })
    tell('request.denied', actor, { from: 'submitted', revision: 1, reason: 'no' })
    return
  }
  const approval = { requestId: id, revision: 1, digest: plan.digest, actor: OPERATOR, personKey: 'operator' }
  store.decisions.approve({ ...approval, via: 'terminal', proof: 'terminal', at }, { at: 0, chatAt: null })
  tell('request.approval', actor, { revision: 1, via: 'terminal' })
  store.requests.transition(id, 'submitted', 'approved', 1, { decidedAt: at, decidedBy: actor })
  const run = store.runs.insert({
    ...{
      requestId: id,
      revision: 1,
      kind: 'onboard',
      undoOf: null,
      digest: plan.digest,
      marker: 'm'.repeat(32),
    },
    ...{ osUser: answers.os_user, telegramId: answers.telegram_id, queuedAt: at, steps: plan.steps },
  })
  tell('request.approved', actor, { revision: 1 }, run)
  tell('run.queued', actor, { kind: 'onboard', revision: 1 }, run)
  store.runs.transition(run, 'queued', 'running', { startedAt: at })
  tell('run.started', 'worker', { kind: 'onboard', revision: 1 }, run)
  for (const [step, { kind }] of plan.steps.entries()) {
    tell('step.started', 'worker', { index: step, kind, attempts: 1 }, run)
    const notes = [{ code: 'account.created', params: { os_user: answers.os_user, uid: 5000 } } as const]
    store.runs.setStep(run, step, ['pending'], { state: 'applied', startedAt: at, finishedAt: at, notes })
    store.runs.setRecord(run, step, { made: true, path: `/home/${answers.os_user}` })
    tell('step.finished', 'worker', { index: step, kind, state: 'applied', duration_ms: 12 }, run)
  }
  store.runs.transition(run, 'running', 'succeeded', { finishedAt: at })
  tell('run.succeeded', 'worker', { kind: 'onboard' }, run)
}

/** A plan as long as a usual one. */
function planOf({ os_user }: OnboardAnswers, id: number): Plan {
  const steps = STEP_ORDER.map(
    (kind) =>
      ({
        kind,
        params: { osUser: os_user, home: `/home/${os_user}`, content: 'What I know.\n'.repeat(20) },
        effect: 'change',
        notes: [
          { code: 'account.create', params: { os_user, home: `/home/${os_user}`, shell: '/bin/bash' } },
        ],
      }) as unknown as PlanStep,
  )
  return {
    format: 1,
    steps,
    digest: digestOf('plan', { id, steps }),
    demands: { terminal: false, consent: false },
  }
}
