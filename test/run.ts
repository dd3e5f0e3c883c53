/**
 * What `npm test` runs: every test level of the design, each where it belongs.
 *
 *   npm test [-- [LEVEL...] [FILE FILTER...] [--bail]]
 *
 * Unprivileged levels run as they are. Those that change a machine run inside a sandbox each, as root; `services` and
 * `install` run on the machine and boot their own. A level that cannot run says why; with CI=true as root that is a failure.
 * The last line is `N passed, N failed[, N skipped]` over all levels. Exit status 0 only when something ran and
 * nothing failed.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromiumPath, NO_CHROMIUM } from './support/browser/chromium.ts'
import { describeTally, readTally, skippedAsFailed, type Tally } from './support/runner/tally.ts'
import { canUnshare, scratchInSandbox, spawnInSandbox } from './support/sandbox/sandbox.ts'

const levels = {
  unit: 'plain',
  conversations: 'plain',
  store: 'plain',
  // The longest first: these run two at a time.
  e2e: 'sandbox',
  worker: 'sandbox',
  steps: 'sandbox',
  services: 'boots',
  install: 'boots',
  browser: 'sandbox',
  host: 'sandbox',
} as const
type Level = keyof typeof levels
const allLevels = Object.keys(levels) as Level[]

type Job = { readonly levels: readonly Level[]; readonly machine: (typeof levels)[Level] }
/** Where the reporter's text goes: straight on, or out in one piece at the end. */
type Output = 'inherit' | 'collect'

/** Longer than any level takes on a slow machine, in milliseconds: one that hangs is ended and has failed. */
const jobLimit = 30 * 60_000

/** Ends what runs and removes its scratch folder: what is owed when this process itself is told to end. */
const cleanups = new Set<() => void>()
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => {
    for (const cleanup of cleanups) cleanup()
    process.exit(status)
  })
}

const checkout = fileURLToPath(new URL('..', import.meta.url))
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const request = parseArguments(args)
  if (!request.ok) return complain(request.problem)
  const { filters, bail } = request
  const found = new Map(request.levels.map((level) => [level, testFiles(level, filters)]))
  const present = request.levels.filter((level) => found.get(level)!.length > 0)
  const root = process.getuid?.() === 0
  const needy = present.filter((level) => levels[level] !== 'plain')
  const possible = needy.length > 0 ? await canUnshare() : ({ ok: true } as const)
  /** Why a level cannot run on this machine; null when it can. */
  const hindrance = (level: Level): string | null => {
    if (levels[level] === 'plain') return null
    if (!possible.ok) return possible.why
    return level === 'browser' && chromiumPath() === null ? NO_CHROMIUM : null
  }
  const strict = process.env['CI'] === 'true' && root

  const total = { passed: 0, failed: 0, skipped: 0 }
  const summary: string[] = []
  const add = (name: string, tally: Tally, note = '') => {
    total.passed += tally.passed
    total.failed += tally.failed
    total.skipped += tally.skipped
    summary.push(`  ${name.padEnd(13)} ${describeTally(tally)}${note}`)
  }

  const runnable = present.filter((level) => hindrance(level) === null)
  const plain = runnable.filter((level) => levels[level] === 'plain')
  const jobs: Job[] = [
    ...(plain.length > 0 ? [{ levels: plain, machine: 'plain' } as const] : []),
    ...runnable
      .filter((level) => levels[level] !== 'plain')
      .map((level) => ({ levels: [level], machine: levels[level] })),
  ]
  const notRun: Level[] = []
  const perform = async (job: Job, output: Output) => {
    if (bail && total.failed > 0) return notRun.push(...job.levels)
    const { tally, seconds } = await runJob(job, filters, bail, output)
    // A test that skips itself where it could have run proves nothing.
    const refused = job.machine !== 'plain' && root && tally.skipped > 0
    const note = `${refused ? ' (skipped tests count as failed here)' : ''}  ${seconds.toFixed(1)} s`
    return add(job.levels.join(', '), refused ? skippedAsFailed(tally) : tally, note)
  }
  for (const job of jobs.filter(({ machine }) => machine === 'plain')) await perform(job, 'inherit')
  // Each has a machine of its own and runs one file at a time: two of them fill two cores.
  const queue = jobs.filter(({ machine }) => machine !== 'plain')
  const output: Output = queue.length > 1 ? 'collect' : 'inherit'
  const inTurn = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await perform(job, output)
  }
  await Promise.all([inTurn(), inTurn()])
  if (notRun.length > 0) summary.push(`  not run after the failure: ${notRun.join(', ')}`)
  for (const level of request.levels) {
    if (found.get(level)!.length > 0) continue
    summary.push(`  ${level.padEnd(13)} ${filters.length > 0 ? 'no matching test file' : 'no test file yet'}`)
  }
  for (const level of needy) {
    const why = hindrance(level)
    if (why === null) continue
    const files = found.get(level)!.length
    const tally = strict ? { passed: 0, failed: files, skipped: 0 } : { passed: 0, failed: 0, skipped: files }
    add(level, tally, ` (files) NOT RUN: ${why}${strict ? '; under CI that is a failure' : ''}`)
  }

  console.log(`\nTest levels:\n${summary.join('\n')}\n`)
  if (total.passed + total.failed === 0) console.log('test: cannot pass: no test ran')
  console.log(describeTally(total))
  return total.failed === 0 && total.passed > 0 ? 0 : 1
}

type Request =
  | {
      readonly ok: true
      readonly levels: readonly Level[]
      readonly filters: readonly string[]
      readonly bail: boolean
    }
  | { readonly ok: false; readonly problem: string }

function parseArguments(args: readonly string[]): Request {
  const isLevel = (word: string): word is Level => Object.hasOwn(levels, word)
  const unknown = args.find((word) => word.startsWith('-') && word !== '--bail')
  if (unknown !== undefined)
    return { ok: false, problem: `unknown option ${unknown}; the only one is --bail` }
  const words = args.filter((word) => !word.startsWith('-'))
  const named = words.filter(isLevel)
  const filters = words.filter((word) => !isLevel(word))
  const wanted = named.length > 0 ? allLevels.filter((level) => named.includes(level)) : allLevels
  return { ok: true, levels: wanted, filters, bail: args.includes('--bail') }
}

function complain(problem: string): number {
  console.error(`test: cannot start: ${problem}\nlevels: ${allLevels.join(', ')}`)
  return 2
}

/** Relative to the checkout; a filter is a part of such a path, as in vitest. */
function testFiles(level: Level, filters: readonly string[]): string[] {
  const patterns = [`test/${level}/**/*.test.ts`, ...(level === 'unit' ? ['test/support/**/*.test.ts'] : [])]
  const files = globSync(patterns, { cwd: checkout })
  return filters.length === 0
    ? files
    : files.filter((file) => filters.some((filter) => file.includes(filter)))
}

async function runJob(
  job: Job,
  filters: readonly string[],
  bail: boolean,
  output: Output,
): Promise<{ readonly tally: Tally; readonly seconds: number }> {
  const scratch = mkdtempSync(join(tmpdir(), 'usher-test-'))
  const begun = performance.now()
  const sandboxed = job.machine === 'sandbox'
  let cleanup = () => {}
  const title = `── ${job.levels.join(', ')}${sandboxed ? ' (in a sandbox)' : ''}`
  try {
    console.log(output === 'inherit' ? `\n${title}` : `${title} ...`)
    const report = join(sandboxed ? scratchInSandbox : scratch, 'report.json')
    const argv = [
      sandboxed ? pathInSandbox(process.execPath) : process.execPath,
      '--disable-warning=ExperimentalWarning',
      join(sandboxed ? '.' : checkout, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--configLoader=native',
      ...job.levels.map((level) => `--project=${level}`),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...(bail ? ['--bail=1'] : []),
      ...filters,
    ] as const
    const options: SpawnOptions = {
      stdio: output === 'inherit' ? 'inherit' : ['inherit', 'pipe', 'pipe'],
      // Vitest keeps a token of its own there; nobody's home is its business.
      env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}), XDG_DATA_HOME: scratch },
      signal: AbortSignal.timeout(jobLimit),
      killSignal: 'SIGKILL',
    }
    const child = sandboxed
      ? spawnInSandbox(argv, { ...options, rwScratch: scratch })
      : spawn(argv[0], argv.slice(1), { ...options, cwd: checkout })
    cleanup = () => {
      child.kill('SIGTERM')
      rmSync(scratch, { recursive: true, force: true })
    }
    cleanups.add(cleanup)
    const { status, text } = await ended(child)
    if (text !== '') console.log(`\n${title}\n${text}`)
    const seconds = (performance.now() - begun) / 1000
    return { tally: readTally(join(scratch, 'report.json'), status), seconds }
  } finally {
    cleanups.delete(cleanup)
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The running Node as the sandbox sees it: its own, when that is part of the checkout. */
function pathInSandbox(node: string): string {
  return node.startsWith(checkout) ? node.slice(checkout.length) : node
}

/** Its exit status, and what it wrote where that was collected. */
async function ended(child: ChildProcess): Promise<{ readonly status: number; readonly text: string }> {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`test: cannot run or go on with this level: ${error.message}`)
      if (child.pid === undefined) resolve({ status: 1, text })
    })
    child.once('close', (code) => resolve({ status: code ?? 1, text }))
  })
}
