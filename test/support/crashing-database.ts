import type { Database } from '../../src/store/database.ts'

class Crash extends Error {}

/**
 * A database whose process dies at the n-th write: `before` it is durable, or right `after`, when nobody hears of it. From then
 * on every call fails, as nothing of a killed process goes on.
 */
export function crashing(at: number, when: 'before' | 'after', onCrash: () => void) {
  let writes = 0
  let dead = false
  const die = (): never => {
    if (!dead) onCrash()
    dead = true
    throw new Crash()
  }
  const counted = <T>(write: () => T): T => {
    if (dead) die()
    const fatal = ++writes === at
    if (fatal && when === 'before') die()
    const result = write()
    if (fatal) die()
    return result
  }
  let inside = false
  return (database: Database): Database => ({
    ...database,
    all: (query) => (dead ? die() : database.all(query)),
    first: (query) => (dead ? die() : database.first(query)),
    run: (query) => (dead ? die() : inside ? database.run(query) : counted(() => database.run(query))),
    repeated: (query) => {
      const run = database.repeated(query)
      return (values) => (dead ? die() : inside ? run(values) : counted(() => run(values)))
    },
    transaction: (body) =>
      counted(() => {
        inside = true
        try {
          return database.transaction(body)
        } finally {
          inside = false
        }
      }),
  })
}
