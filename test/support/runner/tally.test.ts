import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { describeTally, readTally, skippedAsFailed } from './tally.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-tally-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

type Result = 'passed' | 'failed' | 'pending'

function report(...files: { status: 'passed' | 'failed'; results: Result[] }[]): string {
  const count = (wanted: Result) =>
    files.flatMap(({ results }) => results).filter((result) => result === wanted).length
  const path = join(folder, 'report.json')
  const json = {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    numTodoTests: 0,
    testResults: files.map(({ status, results }) => ({
      status,
      assertionResults: results.map((result) => ({ status: result })),
    })),
  }
  writeFileSync(path, JSON.stringify(json))
  return path
}

test('tests are counted as the report says', () => {
  const path = report(
    { status: 'passed', results: ['passed', 'passed', 'pending'] },
    { status: 'failed', results: ['failed', 'passed'] },
  )
  expect(readTally(path, 1)).toEqual({ passed: 3, failed: 1, skipped: 1 })
})

test('a file that failed without a failed test is one failure', () => {
  const path = report({ status: 'failed', results: ['passed'] }, { status: 'failed', results: [] })
  expect(readTally(path, 1)).toEqual({ passed: 1, failed: 2, skipped: 0 })
})

test('a run that ended badly without a failure in its report is one failure', () => {
  expect(readTally(report({ status: 'passed', results: ['passed'] }), 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  })
})

test('a run that left no report is one failure, whatever its exit status', () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect(readTally(join(folder, 'absent.json'), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(complaint).toHaveBeenCalledWith(expect.stringContaining('cannot read the report'))
  complaint.mockRestore()
})

test('skipped tests fail where they could have run', () => {
  expect(skippedAsFailed({ passed: 5, failed: 1, skipped: 2 })).toEqual({ passed: 5, failed: 3, skipped: 0 })
})

test('the total line names skipped tests only when there are some', () => {
  expect(describeTally({ passed: 5, failed: 0, skipped: 0 })).toBe('5 passed, 0 failed')
  expect(describeTally({ passed: 5, failed: 1, skipped: 2 })).toBe('5 passed, 1 failed, 2 skipped')
})
