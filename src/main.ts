import { lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { dirname } from 'node:path'

/** The parts of the program that are no client of the worker; every other verb is the command line's. */
const PARTS: Record<string, () => Promise<{ main(argv: readonly string[]): Promise<number> }>> = {
  worker: () => import('./worker/main.ts'),
  bot: () => import('./bot/main.ts'),
  init: () => import('./setup/init.ts'),
  doctor: () => import('./setup/doctor.ts'),
}

/** Runs the part that the verb names with the other arguments, and gives its exit status. */
async function run(argv: readonly string[]): Promise<number> {
  const at = verbIndex(argv)
  const part = Object.hasOwn(PARTS, argv[at] ?? '') ? PARTS[argv[at] ?? ''] : undefined
  if (part === undefined) return (await import('./cli/main.ts')).main(argv)
  return (await part()).main([...argv.slice(0, at), ...argv.slice(at + 1)])
}

/** The first argument that is neither an option nor the value of `--config`. */
function verbIndex(argv: readonly string[]): number {
  return argv.findIndex((word, index) => !word.startsWith('-') && argv[index - 1] !== '--config')
}

/**
 * Compiled code is kept between starts, which halves a cold start. It is code: it stands in a folder that only its user can
 * write, root's in root's; where that cannot be, nothing is kept.
 */
function keepCompiledCode(): void {
  const uid = process.getuid?.() ?? -1
  const folder = uid === 0 ? '/var/cache/usher/compiled' : `${homedir()}/.cache/usher/compiled`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const path of [dirname(folder), folder]) {
      const stat = lstatSync(path)
      if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o022) !== 0) return
    }
    enableCompileCache(folder)
  } catch {
    // A read-only home or none: it only takes longer.
  }
}

keepCompiledCode()
process.exitCode = await run(process.argv.slice(2))
