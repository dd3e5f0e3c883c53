/** What the demo was asked for. */

export interface DemoArguments {
  failSmoke: boolean
  /** Set by the demo itself when it starts itself again in the right place. */
  on: 'system' | 'own' | null
  /** With `own`: why it is not the system. */
  why: string | null
}

export const USAGE = `Plays Usher's main path from start to end: an admin gives somebody access from a chat.

  npm run demo [-- --fail-smoke]

As root on Linux it makes a real account inside private namespaces; the machine is not
changed. Otherwise it runs in single-user mode, with your own account and a scratch folder.
It needs no Telegram account and leaves nothing behind.

  --fail-smoke   the agent's program does not work for the new person: the smoke test fails
                 and everything is undone
  --help         this text

Exit status: 0 when the smoke test passed and the person has access; 1 when not, so also with
--fail-smoke; 2 when it was called wrongly; 130 after Ctrl-C.
`

/** `problem`: for stderr. */
export function parseArguments(
  words: readonly string[],
): { kind: 'play'; options: DemoArguments } | { kind: 'help' } | { kind: 'problem'; problem: string } {
  const options: DemoArguments = { failSmoke: false, on: null, why: null }
  for (const word of words) {
    if (word === '--help' || word === '-h') return { kind: 'help' }
    if (word === '--fail-smoke') options.failSmoke = true
    else if (word === '--on=system') options.on = 'system'
    else if (word.startsWith('--on=own:'))
      Object.assign(options, { on: 'own', why: word.slice('--on=own:'.length) })
    else
      return {
        kind: 'problem',
        problem: `cannot understand ${JSON.stringify(word)}; see npm run demo -- --help`,
      }
  }
  return { kind: 'play', options }
}
