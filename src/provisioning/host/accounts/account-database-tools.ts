import { existsSync } from 'node:fs'
import type { ProgramResult, Programs } from '../programs/programs.ts'
import { lockFailure } from './account-lock.ts'

const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']

export type AccountTool = 'useradd' | 'userdel' | 'usermod' | 'groupdel' | 'gpasswd'

/** Runs one of the distribution's account tools; one at a time in this process. */
export type RunAccountTool = (tool: AccountTool, args: string[]) => Promise<ProgramResult>

/**
 * Serialized, because a tool that finds the lock of another one waits in steps of a second, and two of ours need never
 * meet. For a lock of somebody else the tools wait up to 15 s (lckpwdf(3)) or not at all (a lock file): then the step as a whole
 * is tried again.
 */
export function createAccountTools(programs: Pick<Programs, 'run'>): RunAccountTool {
  let last: Promise<unknown> = Promise.resolve()
  return (tool, args) => {
    const result = last.then(async () => {
      const folder = FOLDERS.find((candidate) => existsSync(`${candidate}/${tool}`)) ?? '/usr/sbin'
      return explain(await programs.run(`${folder}/${tool}`, args, { timeoutMs: 30_000 }))
    })
    last = result.catch(() => {})
    return result
  }
}

function explain(result: ProgramResult): ProgramResult {
  const failure = result.ok ? null : lockFailure(result.stderr)
  return result.ok || failure === null ? result : { ...result, failure }
}
