/**
 * `npm run bench`: what Usher costs on this machine, as Markdown tables for docs/performance.md. Needs root on Linux; all
 * accounts are made inside a sandbox. A benchmark, not a test: it always exits 0 when it could measure.
 *
 *   npm run bench [-- WHICH] [--people N]        WHICH: a name in `BENCHES`, `onboarding` by default
 */
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { canUnshare, collect, spawnInSandbox } from '../support/sandbox/sandbox.ts'
import { withSystemd } from '../support/systemd-sandbox/systemd-sandbox.ts'
import { measureBulk } from './bulk.ts'
import { measureChat } from './chat.ts'
import { measureInstalled } from './installed.ts'
import { measureListings } from './listings.ts'
import { measureMemory } from './memory.ts'
import { measureOnboarding } from './onboarding.ts'
import { measureProcesses } from './processes.ts'
import { measureRaces } from './races.ts'
import { measureReconcile } from './reconcile.ts'
import { measureRecovery } from './recovery.ts'
import { measureRestarts } from './restarts.ts'
import { measureTaps } from './taps.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
/** Two admins' worth of a minute's account checks. */
const TAPS = 12
const STARTS = 9
const RESTARTS = 5
const MAX_PEOPLE = 10_000

interface Bench {
  /** How many people, requests about people, questions, restarts or switches take part unless `--people` says it. */
  people: number
  /** Inside a sandbox of its own: rows of the table, without its head. */
  measure(people: number): Promise<string>
  /** Boots what it needs itself, from the machine. */
  onMachine?: true
  /** Besides, inside a sandbox with a systemd. */
  underSystemd?(): Promise<string>
}

/** One entry for each word that `npm run bench --` takes. */
const BENCHES: Record<string, Bench> = {
  onboarding: { people: 50, measure: measureMainPath, underSystemd: () => measureRestarts(RESTARTS) },
  bulk: { people: 100, measure: measureBulk },
  races: { people: 50, measure: measureRaces },
  chat: { people: 1000, measure: measureChat },
  listings: { people: 100, measure: measureListings },
  reconcile: { people: 1000, measure: measureReconcile },
  recovery: { people: 9, measure: measureRecovery },
  memory: { people: 10_000, measure: measureMemory },
  installed: { people: 6, measure: measureInstalled, onMachine: true },
}

process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<number> {
  const name = words[0] === undefined || words[0].startsWith('--') ? 'onboarding' : words[0]
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined
  if (bench === undefined) {
    console.error(`bench: cannot measure "${name}": it must be one of ${Object.keys(BENCHES).join(', ')}`)
    return 2
  }
  const at = words.indexOf('--people')
  const people = at >= 0 ? Number(words[at + 1]) : bench.people
  if (!Number.isInteger(people) || people < 1 || people > MAX_PEOPLE) {
    console.error('bench: cannot use --people: it must be a number from 1 to 10000')
    return 2
  }
  if (words.includes('--inside')) return measure(name, bench, people)
  if (words.includes('--under-systemd')) {
    console.log(await bench.underSystemd?.())
    return 0
  }
  const possible = await canUnshare()
  if (!possible.ok) {
    console.error(`bench: cannot measure: ${possible.why}`)
    return 1
  }
  if (bench.onMachine) return measure(name, bench, people)
  const node = process.execPath.startsWith(CHECKOUT)
    ? process.execPath.slice(CHECKOUT.length + 1)
    : process.execPath
  const argv = [node, '--disable-warning=ExperimentalWarning', 'test/bench/main.ts', name] as const
  const inside = [...argv, '--inside', '--people', String(people)] as const
  const { status } = await collect(spawnInSandbox(inside, { stdio: 'inherit' }))
  if (status !== 0 || bench.underSystemd === undefined) return status
  say('the part that needs a systemd')
  return withSystemd(async (systemd) => {
    const { status, stdout, stderr } = await systemd.run([...argv, '--under-systemd'])
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    return status
  })
}

async function measure(name: string, bench: Bench, people: number): Promise<number> {
  const rows = await bench.measure(people)
  const [cpu] = cpus()
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, Linux, Node ${process.versions.node}`
  console.log(`Measured with \`npm run bench -- ${name} --people ${people}\` on ${machine}.

| what | p50 | p95 | target |
|---|---|---|---|
${rows}`)
  return 0
}

async function measureMainPath(people: number): Promise<string> {
  say(`starts of worker and bot, ${STARTS} each`)
  const processes = await measureProcesses(STARTS)
  say(`so far:\n${processes}`)
  say(`${people} people, each beside a plain shell script`)
  const onboarding = await measureOnboarding(people)
  say(`so far:\n${onboarding}`)
  say(`${TAPS} taps on Approve`)
  const taps = await measureTaps(TAPS)
  return [onboarding, taps, processes].join('\n')
}

function say(text: string): void {
  console.error(`bench: ${text}`)
}
