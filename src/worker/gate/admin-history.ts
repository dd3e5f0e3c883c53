/** Whether the roster has ever had an admin: from then on the config's first admins count no more, for good. */
export interface AdminHistory {
  hadAdmin(): boolean
  /** Durable when it returns; if it cannot be, it is true at least for as long as this worker runs. */
  recordAdmin(): void
}

/** Small facts that outlive the worker. */
interface Memory {
  get(key: string): string | null
  set(key: string, value: string): void
}

const KEY = 'roster-had-admin'

/** @param onProblem called when the fact cannot be stored; a restart then asks the roster again */
export function createAdminHistory(memory: Memory, onProblem: (error: unknown) => void): AdminHistory {
  let had = memory.get(KEY) !== null
  let stored = had
  return {
    hadAdmin: () => had,
    recordAdmin: () => {
      had = true
      if (stored) return
      try {
        memory.set(KEY, 'yes')
        stored = true
      } catch (error) {
        onProblem(error)
      }
    },
  }
}
