import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { readEnvironment } from '../config/environment.ts'
import { createWords } from '../texts/words.ts'
import { runCli } from './run-cli.ts'

/** Runs the command line with the process's own streams and environment, and gives the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const codeRoot = fileURLToPath(new URL('../..', import.meta.url))
  const { version } = JSON.parse(readFileSync(`${codeRoot}/package.json`, 'utf8')) as { version: string }
  const interrupt = new AbortController()
  const onInterrupt = () => interrupt.abort()
  // The second Ctrl-C ends the process at once.
  process.once('SIGINT', onInterrupt)
  try {
    const home = homeOf()
    return await runCli({
      argv,
      words: createWords('en'),
      environment: readEnvironment(),
      uid: process.geteuid?.() ?? -1,
      ...(home === undefined ? {} : { home }),
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      signal: interrupt.signal,
      version,
    })
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

/** The passwd entry's home; a uid without an entry has none. */
function homeOf(): string | undefined {
  try {
    return userInfo().homedir
  } catch {
    return undefined
  }
}
