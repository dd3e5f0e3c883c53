/**
 * `npm run bench`: what Usher costs on this machine, as Markdown tables for docs/performance.md. Needs root on Linux; all
 * accounts are made inside a sandbox. A benchmark, not a test: it always exits 0 when it could measure.
 *
 *   npm run bench [-- --people N]        50 by default
 */
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { canUnshare, collect, spawnInSandbox } from '../support/sandbox/sandbox.ts'
import { withSystemd } from '../support/systemd-sandbox/systemd-sandbox.ts'
import { measureOnboarding } from './onboarding.ts'
import { measureProcesses } from './processes.ts'
import { measureRestarts } from './restarts.ts'
import { measureTaps } from './taps.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
/** Two admins' worth of a minute's account checks. */
const TAPS = 12
const STARTS = 9
const RESTARTS = 5

process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<number> {
  const inside = words.includes('--inside')
  const at = words.indexOf('--people')
  const people = at >= 0 ? Number(words[at + 1]) : 50
  if (!Number.isInteger(people) || people < 1 || people > 1000) {
    console.error('bench: cannot use --people: it must be a number from 1 to 1000')
    return 2
  }
  if (words.includes('--under-systemd')) {
    console.log(await measureRestarts(RESTARTS))
    return 0
  }
  if (inside) return measure(people)
  const possible = await canUnshare()
  if (!possible.ok) {
    console.error(`bench: cannot measure: ${possible.why}`)
    return 1
  }
  const node = process.execPath.startsWith(CHECKOUT)
    ? process.execPath.slice(CHECKOUT.length + 1)
    : process.execPath
  const argv = [node, '--disable-warning=ExperimentalWarning', 'test/bench/main.ts'] as const
  const { status } = await collect(spawnInSandbox([...argv, '--inside', ...words], { stdio: 'inherit' }))
  if (status !== 0) return status
  console.error(`bench: ${RESTARTS} people under systemd, without and with the restart of a service`)
  return withSystemd(async (systemd) => {
    const { status, stdout, stderr } = await systemd.run([...argv, '--under-systemd'])
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    return status
  })
}

async function measure(people: number): Promise<number> {
  const say = (text: string) => console.error(`bench: ${text}`)
  const [cpu] = cpus()
  say(`starts of worker and bot, ${STARTS} each`)
  const processes = await measureProcesses(STARTS)
  say(`so far:\n${processes}`)
  say(`${people} people, each beside a plain shell script`)
  const onboarding = await measureOnboarding(people)
  say(`so far:\n${onboarding}`)
  say(`${TAPS} taps on Approve`)
  const taps = await measureTaps(TAPS)
  console.log(`Measured with \`npm run bench\` on ${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, Linux, Node ${process.versions.node}.

| what | p50 | p95 | target |
|---|---|---|---|
${onboarding}
${taps}
${processes}`)
  return 0
}
