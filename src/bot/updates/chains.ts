/** Runs tasks with the same key one after another, in the order in which they came, and others beside each other. */
export interface Chains {
  run(key: string, task: () => Promise<void>): Promise<void>
}

export function createChains(): Chains {
  const tails = new Map<string, Promise<void>>()
  return {
    run(key, task) {
      const done = (tails.get(key) ?? Promise.resolve()).then(task)
      const settled = done.catch(() => undefined)
      tails.set(key, settled)
      void settled.then(() => {
        if (tails.get(key) === settled) tails.delete(key)
      })
      return done
    },
  }
}
