import { type EngineContext, type Refusal, refusal } from '../context.ts'

/** Why nothing can be approved in chat now; null when it can. */
export function refuseFrozen({ store }: Pick<EngineContext, 'store'>): (Refusal & { ok: false }) | null {
  const current = store.freezes.current()
  if (current === null) return null
  return refusal('frozen', "cannot approve in chat: it is frozen; 'sudo usher unfreeze' ends that", {
    params: { at: current.at, by: current.by, why: current.why },
  })
}
