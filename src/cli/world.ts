import type { Readable, Writable } from 'node:stream'
import type { Environment } from '../config/environment.ts'
import type { Words } from '../texts/words.ts'

/** What the command is run in; `src/main.ts` hands in the process's own, tests theirs. */
export interface CliWorld {
  /** Without the program's own name. */
  argv: readonly string[]
  /** Of the language that the command speaks. */
  words: Words
  environment: Environment
  /** Effective uid. */
  uid: number
  /** The passwd entry's home, for when the environment has none. */
  home?: string
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable & { isTTY?: boolean; columns?: number }
  stderr: Writable & { isTTY?: boolean; columns?: number }
  /** Aborted when the person presses Ctrl-C. */
  signal: AbortSignal
  version: string
  /** For tests; `/etc/usher/config.yaml`. */
  systemFile?: string
}
