import { readFileSync } from 'node:fs'
import { errnoOf } from '../files/safe-files-walk.ts'
import { parsePasswd } from './passwd.ts'

export interface UidRange {
  first: number
  count: number
}

/**
 * The uids that subuid(5) lends to the account with this uid, by name or by number, and to nobody else: a range that overlaps
 * with another account's, with the uids of accounts or with 0 says nothing about whose a process is.
 */
export function subordinateUids(uid: number): UidRange[] {
  const accounts = parsePasswd(read('/etc/passwd'))
  const names = new Set([
    String(uid),
    ...accounts.filter((entry) => entry.uid === uid).map((entry) => entry.name),
  ])
  const lines = read('/etc/subuid')
    .split('\n')
    .flatMap((line) => {
      const [owner, first, count] = line.split(':')
      const range = { first: Number(first), count: Number(count) }
      return owner && Number.isInteger(range.first) && Number.isInteger(range.count) ? [{ owner, range }] : []
    })
  const isClear = ({ first, count }: UidRange) =>
    first > 0 &&
    !accounts.some((entry) => entry.uid >= first && entry.uid < first + count) &&
    !lines.some(
      ({ owner, range }) =>
        !names.has(owner) && range.first < first + count && first < range.first + range.count,
    )
  return lines.filter(({ owner, range }) => names.has(owner) && isClear(range)).map(({ range }) => range)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return ''
    throw error
  }
}
