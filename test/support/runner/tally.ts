/** How the results of a test level are counted. */
import { readFileSync } from 'node:fs'

export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number }

type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/**
 * Counts from vitest's JSON report at `path` and its exit status. A file that failed to load or left something behind
 * counts as one failure, and so does a run that ended badly without saying why or wrote no report.
 */
export function readTally(path: string, status: number): Tally {
  let counts: Tally = { passed: 0, failed: 0, skipped: 0 }
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report
    const brokenFiles = report.testResults.filter(
      (file) =>
        file.status === 'failed' && !file.assertionResults.some((result) => result.status === 'failed'),
    )
    counts = {
      passed: report.numPassedTests,
      failed: report.numFailedTests + brokenFiles.length,
      skipped: report.numPendingTests + report.numTodoTests,
    }
  } catch (error) {
    console.error(`test: cannot read the report of this level: ${(error as Error).message}`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** Where a skipped test could have run, it is a failure: it proves nothing. */
export function skippedAsFailed({ passed, failed, skipped }: Tally): Tally {
  return { passed, failed: failed + skipped, skipped: 0 }
}

/** `N passed, N failed`, and `, N skipped` when some were. */
export function describeTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
