import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'

/** Why the demo cannot take the caller's own account, as accounts like `nobody` have no home that exists; or null. */
export function ownHomeProblem(
  caller: () => { username: string; homedir: string } = userInfo,
): string | null {
  let who: { username: string; homedir: string }
  try {
    who = caller()
  } catch {
    return 'cannot play as a uid that no account has: run it as a person, or as root'
  }
  if (existsSync(who.homedir)) return null
  return `cannot play as ${who.username}: its home ${who.homedir} does not exist; run it as a person, or as root`
}
