import { constants, mkdirSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { readProcess } from '../programs/process-table.ts'
import type { FileOutcome } from './safe-files.ts'
import type { Trust } from './safe-files-walk.ts'
import { at, failureOf, inParent, lstatAt, occupied, withOpen } from './safe-files-walk.ts'

const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants
const RETRY_MS = 20
const RELEASE_TRIES = 2

/**
 * Runs `work` while this process holds a lock file (0600, in a folder of its own, 0700, so that nobody else can hold it). It
 * names pid and start time of its holder: one whose holder is gone is taken over. Not reentrant: whoever calls lets one of its
 * own end before the next begins.
 *
 * INVARIANT: only one process of root runs this at a time in ordinary service (the worker's database refuses a second
 * one); the file guards against the exception, so that two that find the same dead holder at once are not expected.
 */
export async function withLockFile<T extends object>(
  path: string,
  trust: Trust,
  waitMs: number,
  work: () => Promise<FileOutcome<T>>,
): Promise<FileOutcome<T>> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const taken = takeLock(path, trust)
    if (!taken.ok) return taken
    if (taken.holder === null) break
    if (performance.now() > deadline) {
      const why = `process ${taken.holder} holds its lock`
      return { ok: false, failure: { code: 'path_unsafe', params: { path, reason: 'locked', why } } }
    }
    await delay(RETRY_MS)
  }
  try {
    return await work()
  } finally {
    release(path, trust)
  }
}

/**
 * What was done under the lock is done: one that cannot be removed is not its failure. It names us, so the next of ours takes
 * it over, and anybody else once we are gone.
 */
function release(path: string, trust: Trust): void {
  for (let tries = 0; tries < RELEASE_TRIES; tries++) {
    try {
      inParent(path, trust, (parent, name) => unlinkSync(at(parent, name)))
      return
    } catch {
      // Once more.
    }
  }
}

function takeLock(path: string, trust: Trust): FileOutcome<{ holder: number | null }> {
  try {
    inParent(path.slice(0, path.lastIndexOf('/')), trust, (parent, folder) => {
      if (lstatAt(parent, folder) === null) mkdirSync(at(parent, folder), 0o700)
    })
    return inParent(path, trust, (parent, name) => {
      const holder = holderOf(parent, name, path)
      if (holder !== null) return { ok: true, holder }
      if (lstatAt(parent, name) !== null) unlinkSync(at(parent, name))
      withOpen(parent, name, O_WRONLY | O_CREAT | O_EXCL, (descriptor) => {
        writeSync(descriptor, `${process.pid} ${readProcess(process.pid)?.startTime}\n`)
      })
      return { ok: true, holder: null }
    })
  } catch (error) {
    return { ok: false, failure: failureOf(error, path) }
  }
}

/**
 * The pid in the lock file if that very process still runs. Our own is nobody's: ours follow one another, so this is one
 * that could not be removed.
 */
function holderOf(parent: number, name: string, path: string): number | null {
  const stats = lstatAt(parent, name)
  if (stats === null) return null
  if (!stats.isFile()) throw occupied(path)
  const text = withOpen(parent, name, O_RDONLY, (descriptor) => readFileSync(descriptor, 'utf8'))
  const [pid, startTime] = text.trim().split(' ')
  if (!pid || !startTime || !/^[0-9]+$/.test(pid)) return null
  if (Number(pid) === process.pid) return null
  return readProcess(Number(pid))?.startTime === startTime ? Number(pid) : null
}
