import { existsSync } from 'node:fs'
import type { StepFailure } from '../../../domain/step.ts'
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

/** A tool that cannot write its lock file says so, and then that it "cannot lock": nobody else has it, and waiting is no use. */
function explain(result: ProgramResult): ProgramResult {
  if (result.ok) return result
  const failure = diskFailure(result.stderr) ?? lockFailure(result.stderr)
  return failure === null ? result : { ...result, failure }
}

/** strerror(3) of ENOSPC, EDQUOT and EROFS in the C locale, which programs have that are run without an environment. */
function diskFailure(stderr: string): StepFailure | null {
  const params = { path: '/etc' }
  if (/No space left on device|Disk quota exceeded/.test(stderr))
    return { code: 'disk_full', params, detail: stderr }
  if (/Read-only file system/.test(stderr)) return { code: 'read_only', params, detail: stderr }
  return null
}
