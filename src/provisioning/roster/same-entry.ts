import type { RosterEntry } from '../../domain/person.ts'

/** Whether two entries say the same with the keys that Usher knows. */
export function sameEntry(a: RosterEntry, b: RosterEntry): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof RosterEntry>
  return [...keys].every((key) => JSON.stringify(a[key]) === JSON.stringify(b[key]))
}
