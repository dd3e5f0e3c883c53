import { existsSync, statSync, unlinkSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { sqliteCode, touchPrivate } from './lock.ts'

/** SQLITE_CORRUPT, SQLITE_NOTADB. */
const CORRUPT = new Set([11, 26])
/** Larger databases are looked through after the start: reading 130 MB takes a fifth of a second and more. */
const AT_ONCE_BYTES = 8 * 1024 * 1024
const THREAD = new URL('./quick-check.js', import.meta.url)

/** Whether SQLite says that the file is damaged, or no database. */
export function isCorrupt(error: unknown): boolean {
  return CORRUPT.has(sqliteCode(error) ?? 0)
}

/** What the thread has to say. */
type Said = { said: string } | { code: number; message: string }

/**
 * Whether a database is looked through before it is used: a small one always, a larger one when it was found damaged before,
 * until it was put right.
 */
export function isCheckedAtOnce(file: string): boolean {
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return size(file) + size(`${file}-wal`) <= AT_ONCE_BYTES || existsSync(markOf(file))
}

/** What is damaged, or null. Holds the thread for as long as reading the whole file takes. */
export function damageOf(connection: DatabaseSync, file: string): string | null {
  const row = connection.prepare('pragma quick_check(1)').get() as { quick_check: string } | undefined
  const damage = row?.quick_check === 'ok' ? null : (row?.quick_check ?? 'no answer')
  if (damage === null && existsSync(markOf(file))) unlinkSync(markOf(file))
  return damage
}

/**
 * The same in a thread of its own, while the database is used. What it finds is marked beside the file, so that nothing opens it
 * again before it was put right. Ends without an answer (null) when `signal` aborts.
 */
export async function laterDamageOf(file: string, signal: AbortSignal): Promise<string | null> {
  const { Worker } = await import('node:worker_threads')
  if (signal.aborted) return null
  const thread = new Worker(THREAD, { workerData: file, resourceLimits: { maxOldGenerationSizeMb: 16 } })
  thread.unref()
  const abort = () => void thread.terminate()
  signal.addEventListener('abort', abort)
  try {
    const said = await new Promise<Said | null>((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.once('exit', () => resolve(null))
    })
    if (said === null || ('said' in said && said.said === 'ok')) return null
    if (!('said' in said) && !CORRUPT.has(said.code & 0xff)) throw new Error(said.message)
    const damage = 'said' in said ? said.said : said.message
    touchPrivate(markOf(file))
    return damage
  } finally {
    signal.removeEventListener('abort', abort)
    abort()
  }
}

const markOf = (file: string) => `${file}.damaged`
