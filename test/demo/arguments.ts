/** What the demo was asked for. */

export interface DemoArguments {
  failSmoke: boolean
  /** A page on loopback where a visitor plays both sides. */
  web: boolean
  /** With `web`: absent for a free one. */
  port?: number
  /** Set by the demo itself when it starts itself again in the right place. */
  on: 'system' | 'own' | null
  /** With `own`: why it is not the system. */
  why: string | null
}

export const USAGE = `Plays Usher's main path from start to end: an admin gives somebody access from a chat.

  npm run demo [-- --fail-smoke]
  npm run demo -- --web [--port N] [--fail-smoke]

As root on Linux it makes a real account inside private namespaces; the machine is not
changed. Otherwise it runs in single-user mode, with your own account and a scratch folder.
It needs no Telegram account and leaves nothing behind.

  --fail-smoke   the agent's program does not work for the new person: the smoke test fails
                 and everything is undone
  --web          serves a page on loopback where you play both sides yourself, an admin and a
                 newcomer; it prints the address, and ends with Ctrl-C
  --port N       the port of that page; a free one by default
  --help         this text

Exit status: 0 when the smoke test passed and the person has access; 1 when not, so also with
--fail-smoke; 2 when it was called wrongly; 130 after Ctrl-C. With --web: 0 when it was ended.
`

/** `problem`: for stderr. */
export function parseArguments(
  words: readonly string[],
): { kind: 'play'; options: DemoArguments } | { kind: 'help' } | { kind: 'problem'; problem: string } {
  const options: DemoArguments = { failSmoke: false, web: false, on: null, why: null }
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--help' || word === '-h') return { kind: 'help' }
    if (word === '--fail-smoke') options.failSmoke = true
    else if (word === '--web') options.web = true
    else if (word === '--port') {
      const port = left.shift() ?? ''
      if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535)
        return { kind: 'problem', problem: `cannot use the port ${JSON.stringify(port)}: give 1 to 65535` }
      options.port = Number(port)
    } else if (word === '--on=system') options.on = 'system'
    else if (word.startsWith('--on=own:'))
      Object.assign(options, { on: 'own', why: word.slice('--on=own:'.length) })
    else
      return {
        kind: 'problem',
        problem: `cannot understand ${JSON.stringify(word)}; see npm run demo -- --help`,
      }
  }
  if (options.port !== undefined && !options.web)
    return { kind: 'problem', problem: 'cannot use --port without --web' }
  return { kind: 'play', options }
}
