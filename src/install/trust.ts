import { createInterface } from 'node:readline/promises'
import { shellWord } from '../domain/shell-word.ts'
import type { Writers } from './writers.ts'

export interface Trust {
  /** `--trust-owner`: the account that the operator named. */
  trusted: string | null
  /** Whether there is somebody at a terminal who can be asked. */
  ask: boolean
}

export type Trusted = { ok: true } | { ok: false; message: string }

/**
 * Whether root is to install what these can write. Root's own is; that of one other account only when the operator says so, once,
 * by name or at the terminal, because from then on root runs a copy of it; that of several never.
 */
export async function trustWriters(
  what: string,
  writers: Writers,
  { trusted, ask }: Trust,
  question: (text: string) => Promise<string> = askAtTerminal,
): Promise<Trusted> {
  if (writers.kind === 'root') return { ok: true }
  if (writers.kind === 'others') {
    const message = `cannot install ${what}: ${writers.path} can be changed by others: ${writers.why}; root would run what they put there. Clone it again as one account, into a folder that is only theirs`
    return { ok: false, message }
  }
  const { name, uid } = writers
  if (trusted === name) return { ok: true }
  if (trusted !== null)
    return { ok: false, message: `cannot install ${what}: it belongs to ${name}, not to ${trusted}` }
  const consequence = `${what} belongs to ${name} (uid ${uid}). Every program that runs as ${name}, agents too, could have changed it, and root will run a copy of it from now on.`
  if (!ask) {
    const message = [
      `cannot install without your word: ${consequence}`,
      `If that is right: sudo ./usher install --trust-owner ${shellWord(name)}`,
      'Else clone it as root: sudo git clone …, or install the package: sudo apt install ./usher_*.deb',
    ].join('\n')
    return { ok: false, message }
  }
  const answer = await question(`${consequence}\nInstall it? [y/N] `)
  return /^y(es)?$/i.test(answer.trim()) ? { ok: true } : { ok: false, message: 'nothing was installed' }
}

async function askAtTerminal(text: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await terminal.question(text)
  } finally {
    terminal.close()
  }
}
