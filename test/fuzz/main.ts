/**
 * `npm run fuzz`: generated inputs on every surface that takes some from outside. Needs root on Linux for the surfaces with
 * sockets and accounts, which are explored inside a sandbox.
 *
 *   npm run fuzz [-- [SURFACE...] [--seed N] [--inputs N]]      --inputs: of all surfaces together, 100,000 and more by default
 *
 * Prints how many inputs each surface took, the seed, and `0 crashes, 0 hangs`; exit status 1 with the smallest input that
 * broke something.
 */
import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { canUnshare, collect, insideSandbox, spawnInSandbox } from '../support/sandbox/sandbox.ts'
import { SURFACES } from './surfaces.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<number> {
  const seed = numberAfter(words, '--seed') ?? randomInt(1, 2 ** 31)
  const total = SURFACES.reduce((sum, { inputs }) => sum + inputs, 0)
  const wanted = numberAfter(words, '--inputs') ?? total
  const names = words.filter((word, at) => !word.startsWith('--') && !words[at - 1]?.startsWith('--'))
  const known = SURFACES.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined || !Number.isInteger(seed) || !(wanted >= 1)) {
    console.error(
      `fuzz: cannot explore "${unknown ?? words.join(' ')}": the surfaces are ${known.join(', ')}`,
    )
    return 2
  }
  if (!insideSandbox()) return enter(words, seed)

  console.log(`fuzz: seed ${seed}`)
  let inputs = 0
  for (const surface of SURFACES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const begin = performance.now()
    try {
      const tried = await surface.explore({
        seed,
        inputs: Math.max(1, Math.round((surface.inputs * wanted) / total)),
      })
      inputs += tried
      const seconds = ((performance.now() - begin) / 1000).toFixed(0)
      console.log(
        `${tried.toLocaleString('en').padStart(9)}  ${surface.name}: ${surface.what} (${seconds} s)`,
      )
    } catch (error) {
      const { message, cause } = error as Error
      console.error(`fuzz: ${surface.name} broke with seed ${seed}:\n${message}`)
      if (cause !== undefined) console.error(cause)
      return 1
    }
  }
  console.log(`${inputs.toLocaleString('en').padStart(9)}  inputs with seed ${seed}: 0 crashes, 0 hangs`)
  return 0
}

async function enter(words: readonly string[], seed: number): Promise<number> {
  const possible = await canUnshare()
  if (!possible.ok) {
    console.error(`fuzz: cannot explore sockets and accounts: ${possible.why}`)
    return 1
  }
  const node = process.execPath.startsWith(CHECKOUT)
    ? process.execPath.slice(CHECKOUT.length + 1)
    : process.execPath
  const seeded = words.includes('--seed') ? words : [...words, '--seed', String(seed)]
  const argv = [node, '--disable-warning=ExperimentalWarning', 'test/fuzz/main.ts', ...seeded] as const
  const { status } = await collect(spawnInSandbox(argv, { stdio: 'inherit' }))
  return status
}

function numberAfter(words: readonly string[], flag: string): number | null {
  const at = words.indexOf(flag)
  return at < 0 ? null : Number(words[at + 1])
}
