import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { allPids, hasEnded, killProcess, type ProcessEntry, readProcess } from './process-table.ts'

/** A process that survives SIGKILL for so long hangs in the kernel. */
const DEADLINE_MS = 5_000
const PASS_MS = 5
/** How long one that shows no argv is looked at again: between two programs, in execve(2), it has none for a moment. */
const EXEC_MS = 100
/** The parent of all threads of the kernel. */
const KTHREADD = 2

/**
 * Ends what a program of a person still runs whose worker was killed: the kernel forgets the parent-death signal when an
 * identity changes, so such a program goes on. It is known by `mark`, an unguessable word of its argv that was journalled
 * before it was started; with it go its session, and with the first process of its pid namespace or unit all the rest.
 *
 * @returns whether nothing with this mark is left
 */
export async function endMarked(mark: string, signal: AbortSignal): Promise<boolean> {
  if (!/^[0-9a-f]{32}$/.test(mark)) throw new Error('cannot end programs by a mark that can be guessed')
  const startedAt = performance.now()
  for (;;) {
    const { marked, nameless } = markedProcesses(mark)
    const elapsed = performance.now() - startedAt
    if (marked.length === 0 && (!nameless || elapsed > EXEC_MS)) return true
    if (signal.aborted || elapsed > DEADLINE_MS) return false
    for (const process of marked) killProcess(process)
    await delay(PASS_MS)
  }
}

/**
 * Those with the mark, and what the same user runs in the session of one of them, unless that session is ours. A person
 * who read the mark somewhere and shows it in their own argv gets no more than that ended. `nameless`: whether there is a
 * program without an argv, so that nobody can say whose it is.
 */
function markedProcesses(mark: string): { marked: ProcessEntry[]; nameless: boolean } {
  const all = allPids()
    .map(readProcess)
    .filter((entry) => entry !== null)
    .filter((entry) => entry.pid !== process.pid && !hasEnded(entry))
  const argvs = new Map(all.map(({ pid }) => [pid, argvOf(pid)]))
  const marked = all.filter(({ pid }) => argvs.get(pid)?.includes(mark))
  const own = readProcess(process.pid)?.session
  const belongs = (entry: ProcessEntry) =>
    entry.session !== own &&
    marked.some(
      ({ session, uids }) => session === entry.session && entry.uids.every((uid) => uids.includes(uid)),
    )
  // The kernel's own threads never have one.
  const ofKernel = ({ pid, parent }: ProcessEntry) => pid === KTHREADD || parent === KTHREADD
  return {
    marked: all.filter((entry) => marked.includes(entry) || belongs(entry)),
    nameless: all.some((entry) => argvs.get(entry.pid)?.join('') === '' && !ofKernel(entry)),
  }
}

function argvOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    // Ended meanwhile.
    return [String(pid)]
  }
}
