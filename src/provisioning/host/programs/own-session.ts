import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { allPids, killProcess, readProcess } from './process-table.ts'
import type { ProgramResult } from './programs.ts'
import type { Launch, RunLaunch } from './run-program.ts'

const MARK = 'USHER_PROGRAM'

/**
 * Runs a program without a namespace or cgroup around it, where the kernel gives neither (single-user mode in a
 * container, say), and then ends what carries its mark in the environment. The best there is without privilege, and no
 * proof: a program that leaves its session *and* clears its environment stays. Never used in system mode.
 */
export async function runInOwnSession(run: RunLaunch, launch: Launch): Promise<ProgramResult> {
  const mark = `${MARK}=${randomBytes(16).toString('hex')}`
  const [name, value] = mark.split('=') as [string, string]
  const result = await run({ ...launch, env: { ...launch.env, [name]: value } })
  for (let tries = 0; tries < 200; tries++) {
    const left = marked(mark)
    if (left.length === 0) break
    for (const process of left) killProcess(process)
    await delay(5)
  }
  return result
}

function marked(mark: string) {
  return allPids()
    .filter((pid) => environmentOf(pid).includes(mark))
    .map(readProcess)
    .filter((process) => process !== null)
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
  } catch {
    return []
  }
}
