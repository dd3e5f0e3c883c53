/** Something that shall go wrong with the next calls of a method. */
export type Fault =
  | { kind: 'too-many-requests'; retry_after: number }
  /** Any answer of one's own, for example 500 "Internal Server Error". */
  | { kind: 'answer'; error_code: number; description: string }
  /** The connection breaks: before the call had any effect, or after it was executed. */
  | { kind: 'drop'; when: 'before' | 'after' }
  | { kind: 'delay'; ms: number }

interface FaultRule {
  /** A method's name, or `*` for all but getUpdates. */
  method: string
  /** For how many calls; each one uses it up by one. */
  times: number
  fault: Fault
}

export interface Faults {
  add(rule: FaultRule): void
  /** The fault for this call, used up by one; undefined when it shall work. */
  next(method: string): Fault | undefined
  clear(): void
}

export function createFaults(): Faults {
  let rules: FaultRule[] = []
  return {
    add(rule) {
      rules.push({ ...rule })
    },
    next(method) {
      const rule = rules.find(
        (one) =>
          one.method.toLowerCase() === method.toLowerCase() ||
          (one.method === '*' && method !== 'getUpdates'),
      )
      if (!rule) return undefined
      rule.times -= 1
      rules = rules.filter((one) => one.times > 0)
      return rule.fault
    },
    clear() {
      rules = []
    },
  }
}
