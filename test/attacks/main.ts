/**
 * The long version of `test/steps/attacks/swap-undos.test.ts`: `npm run swap-undos [-- UNDOS]`, 1,000 by default. Runs itself
 * inside a sandbox; needs root. Exit status 0 only when all were done and nothing was touched.
 */
import { fileURLToPath } from 'node:url'
import {
  canUnshare,
  checkoutInSandbox,
  collect,
  insideSandbox,
  spawnInSandbox,
} from '../support/sandbox/sandbox.ts'
import { swapUndos } from './swap-undos.ts'

/** Longer than a thousand take on a slow machine, in seconds. */
const LIMIT = 15 * 60
const undos = Number(process.argv[2] ?? 1000)

process.exitCode = insideSandbox() ? await inside() : await outside()

async function inside(): Promise<number> {
  const begun = performance.now()
  const result = await swapUndos({ undos, seconds: LIMIT }, (done) => {
    if (done % 100 === 0) console.log(`${done} undos`)
  })
  const seconds = (performance.now() - begun) / 1000
  const { owner, accomplice } = result.swaps
  console.log(
    `undos                ${result.undos} in ${seconds.toFixed(0)} s, the longest ${result.longestMs.toFixed(0)} ms`,
  )
  console.log(
    `swaps meanwhile      ${owner} by the person in their home, ${accomplice} by somebody in the new home`,
  )
  console.log(
    `applied before       ${result.applied}; the others failed on the way and were undone from there`,
  )
  console.log(`kept and said        ${result.kept} steps`)
  console.log(`touched or left      ${result.wrong.length}`)
  for (const line of result.wrong) console.log(`  ${line}`)
  return result.undos >= undos && result.wrong.length === 0 ? 0 : 1
}

async function outside(): Promise<number> {
  const possible = await canUnshare()
  if (!possible.ok) {
    console.error(`swap-undos: cannot start: ${possible.why}`)
    return 2
  }
  const here = fileURLToPath(new URL('../..', import.meta.url))
  const program = fileURLToPath(import.meta.url).slice(here.length)
  const node = process.execPath.startsWith(here) ? process.execPath.slice(here.length) : process.execPath
  const argv = [
    node,
    '--disable-warning=ExperimentalWarning',
    `${checkoutInSandbox}/${program}`,
    String(undos),
  ] as const
  const { status } = await collect(spawnInSandbox(argv, { stdio: ['ignore', 'inherit', 'inherit'] }))
  return status
}
