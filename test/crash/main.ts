/**
 * `npm run crash`: every point of a run at which something is committed or changed, broken in every way, each once.
 *
 *   npm run crash [-- --only TEXT] [--shard I/N] [--lanes N] [--list] [--verbose]
 *
 * Needs root on Linux; everything happens inside sandboxes, two side by side. `--only`: trials whose name contains the text.
 * Exit status 0 when every point was survived.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { canUnshare, spawnInSandbox } from '../support/sandbox/sandbox.ts'
import { FAULTS } from './injector/orders.ts'
import { type Outcome, playLane, type Trial } from './lane.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))
const TOLD = 'outcome '

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    shard: { type: 'string', default: '1/1' },
    lanes: { type: 'string', default: '2' },
    list: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    inside: { type: 'boolean', default: false },
  },
})
process.exitCode = values.inside ? await inside() : await outside()

async function inside(): Promise<number> {
  const [index, count] = values.shard.split('/').map(Number) as [number, number]
  const nameOf = ({ scenario, point, fault }: Trial) => `${scenario.name}: ${point.name} ${fault}`
  await playLane(
    (trials) => {
      const wanted = trials.filter((trial) => nameOf(trial).includes(values.only))
      if (values.list) for (const trial of wanted) console.log(nameOf(trial))
      return values.list ? [] : wanted.filter((trial) => shareOf(nameOf(trial), count) === index)
    },
    (outcome) => console.log(`${TOLD}${JSON.stringify(outcome)}`),
  )
  return 0
}

/** Which of the shares a trial belongs to, from its name alone: lanes agree on it whatever each of them has recorded. */
function shareOf(name: string, shares: number): number {
  return (createHash('sha256').update(name).digest().readUInt32BE(0) % shares) + 1
}

async function outside(): Promise<number> {
  const possible = await canUnshare()
  if (!possible.ok) {
    console.error(`crash: cannot run: ${possible.why}`)
    return 1
  }
  const begun = performance.now()
  const outcomes: Outcome[] = []
  const hear = (line: string) => {
    if (!line.startsWith(TOLD)) return console.log(line)
    const outcome = JSON.parse(line.slice(TOLD.length)) as Outcome
    outcomes.push(outcome)
    if (values.verbose) console.log(`  ${outcome.name} (${outcome.ms} ms)`)
    if (outcome.problems.length === 0) return
    console.log(
      `✗ ${outcome.name} (${outcome.ms} ms)\n    ${outcome.problems.join('\n').replaceAll('\n', '\n    ')}`,
    )
  }
  const [shard, shards] = values.shard.split('/').map(Number) as [number, number]
  const lanes = values.list ? 1 : Number(values.lanes)
  const statuses = await Promise.all(
    Array.from({ length: lanes }, (_, lane) =>
      runLane(`${(shard - 1) * lanes + lane + 1}/${shards * lanes}`, hear),
    ),
  )
  if (values.list) return 0
  const broken = statuses.some((status) => status !== 0)
  if (broken) console.log('crash: a lane ended before its work was done')
  console.log(summary(outcomes, (performance.now() - begun) / 1000))
  return broken || outcomes.length === 0 || outcomes.some(({ problems }) => problems.length > 0) ? 1 : 0
}

async function runLane(shard: string, hear: (line: string) => void): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'usher-crash-'))
  try {
    const node = process.execPath.startsWith(CHECKOUT)
      ? process.execPath.slice(CHECKOUT.length)
      : process.execPath
    const flags = ['--only', values.only, '--shard', shard, ...(values.list ? ['--list'] : [])]
    const argv = [
      node,
      '--disable-warning=ExperimentalWarning',
      'test/crash/main.ts',
      '--inside',
      ...flags,
    ] as const
    const child = spawnInSandbox(argv, { rwScratch: scratch, stdio: ['ignore', 'pipe', 'inherit'] })
    createInterface({ input: child.stdout! }).on('line', hear)
    return await new Promise((resolve) => child.once('close', (status) => resolve(status ?? 1)))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function summary(outcomes: readonly Outcome[], seconds: number): string {
  const row = (title: string, some: readonly Outcome[]) =>
    `  ${title.padEnd(20)} ${some.length} crash points, ${some.filter(({ problems }) => problems.length === 0).length} survived`
  const rows = (['do', 'undo'] as const).flatMap((direction) => {
    const those = outcomes.filter((outcome) => outcome.direction === direction)
    return [
      row(direction, those),
      ...FAULTS.map((fault) =>
        row(
          `  ${direction}, ${fault}`,
          those.filter((outcome) => outcome.fault === fault),
        ),
      ),
    ]
  })
  return `\n${rows.join('\n')}\n${row('in all', outcomes).trim()} in ${seconds.toFixed(0)} s`
}
