import { spawn } from 'node:child_process'

/** A command on a terminal of its own, as somebody sees it who sits there. */
export interface OnTerminal {
  /** Everything that was shown, escape sequences taken out. */
  screen(): string
  /** Waits until the text is shown after what was waited for before; fails with the screen when it is not, in time. */
  until(text: string, timeoutMs?: number): Promise<void>
  /** Waits for the text, then types. */
  answer(text: string, keys: string): Promise<void>
  type(keys: string): void
  /** Its exit status. */
  ended: Promise<number>
  /** The pid of script(1), the parent of the command. */
  pid: number
}

export const KEYS = { enter: '\r', ctrlC: '\u0003', escape: '\u001b', down: '\u001b[B', space: ' ' } as const

/**
 * Runs a command on a pty, which script(1) of util-linux makes: what it reads goes to the terminal's input.
 *
 * @param words without anything that a shell would take for more than a word
 */
export function onTerminal(
  words: readonly string[],
  { env = {}, uid }: { env?: Record<string, string>; uid?: number } = {},
): OnTerminal {
  const child = spawn(
    '/usr/bin/script',
    ['-q', '-e', '-c', `stty cols 120 rows 60; exec ${words.join(' ')}`, '/dev/null'],
    {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TERM: 'xterm', SHELL: '/bin/sh', HOME: '/root', ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  let shown = ''
  let seen = 0
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    for (const look of waiting) look()
  })
  const screen = () => shown.replace(ESCAPES, '')
  const ended = new Promise<number>((resolve) => {
    child.once('close', (status) => {
      resolve(status ?? -1)
      for (const look of waiting) look()
    })
  })
  const until = (text: string, timeoutMs = 20_000) =>
    new Promise<void>((resolve, reject) => {
      const fail = (why: string) => {
        settle()
        reject(new Error(`${why}: ${JSON.stringify(text)}\n${screen().slice(seen)}`))
      }
      const look = () => {
        const at = screen().indexOf(text, seen)
        if (at !== -1) {
          seen = at + text.length
          settle()
          resolve()
        } else if (child.exitCode !== null) fail('it ended before it showed')
      }
      const timer = setTimeout(() => fail('it never showed'), timeoutMs)
      const settle = () => {
        clearTimeout(timer)
        waiting.delete(look)
      }
      waiting.add(look)
      look()
    })
  const type = (keys: string) => void child.stdin.write(keys)
  return {
    ...{ screen, until, type, ended, pid: child.pid ?? -1 },
    async answer(text, keys) {
      await until(text)
      // What asks listens a moment after it has shown itself.
      await new Promise((resolve) => setTimeout(resolve, 100))
      type(keys)
    },
  }
}

/** ECMA-48: control sequences, and what sets a terminal's modes. */
const ESCAPE = String.fromCharCode(27)
const ESCAPES = new RegExp(`${ESCAPE}(?:\\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])`, 'g')
