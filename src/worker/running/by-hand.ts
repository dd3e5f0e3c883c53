import type { ByHand, ByHandCode } from '../../domain/by-hand.ts'
import type { Json, JsonObject } from '../../domain/json.ts'
import type { Run } from '../../domain/run.ts'
import type { StoredStep } from '../../store/queries/runs.ts'
import type { Store } from '../../store/store.ts'
import { isObject } from '../planning/json-parts.ts'
import { undoOrder } from '../planning/planner-undo.ts'

/**
 * What the steps of a failed run left, from the records of what they did, in the order of undoing: nothing that the run
 * found in place is ever named. Empty for any other run. An undo run speaks of the run that it takes back.
 */
export function byHandOf(store: Store, rosterFile: string, run: Run): ByHand[] {
  if (run.state !== 'failed') return []
  const owner = run.undoOf ?? run.id
  return undoOrder(store.runs.steps(owner))
    .filter(({ state }) => state === 'undo_failed')
    .flatMap((step) => leftOf(step, rosterFile).map((left) => ({ step: step.plan.kind, ...left })))
}

type Left = Omit<ByHand, 'step'>

function leftOf({ plan, record, undoFailure }: StoredStep, rosterFile: string): Left[] {
  const unknown = [left('unknown', { step: plan.kind })]
  if (record === 'corrupt' || record === null) return unknown
  const pids = undoFailure?.params?.['pids']
  switch (plan.kind) {
    case 'account': {
      const { osUser, home } = plan.params
      return [
        ...(pids === undefined ? [] : [left('processes', { os_user: osUser, pids })]),
        left('account', { os_user: osUser, uid: scalar(record['uid']) }),
        ...(record['homeIdentity'] === null ? [] : [left('home', { home })]),
      ]
    }
    case 'groups':
      return texts(record['joins']).map((group) => left('group', { os_user: plan.params.osUser, group }))
    case 'data-dirs':
      // Data roots are everybody's, and stay.
      return objects(record['made'])
        .filter(({ uid }) => uid !== null)
        .map(({ path }) => left('folder', { path: scalar(path) }))
    case 'memory-seed':
      return [left('file', { path: plan.params.path })]
    case 'smoke-test':
      return [left('probe', { os_user: plan.params.osUser })]
    case 'activation':
      return [left('access', { os_user: plan.params.osUser })]
    case 'roster': {
      const { os_user, telegram_id } = plan.params.entry
      const code = plan.params.replaces === undefined ? 'roster_entry' : 'roster_edit'
      return [left(code, { os_user, telegram_id, path: rosterFile })]
    }
    case 'service':
      return objects(record['reached']).map(({ unit }) => left('service', { unit: scalar(unit) }))
    default:
      // A kind of another version of Usher.
      return unknown
  }
}

function left(code: ByHandCode, params: ByHand['params']): Left {
  return { code, params }
}

function scalar(value: Json | undefined): string | number {
  return typeof value === 'number' || typeof value === 'string' ? value : ''
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
