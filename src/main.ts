/** The parts of the program that are no client of the worker; every other verb is the command line's. */
const PARTS: Record<string, () => Promise<{ main(argv: readonly string[]): Promise<number> }>> = {
  worker: () => import('./worker/main.ts'),
  bot: () => import('./bot/main.ts'),
  witness: () => import('./witness/main.ts'),
  init: () => import('./setup/init.ts'),
  setup: () => import('./setup/setup.ts'),
  doctor: () => import('./setup/doctor.ts'),
  // Not for people: the part of `usher setup` that has a network.
  'ask-telegram': () => import('./setup/first-start/telegram-process.ts'),
}

/** Runs the part that the verb names with the other arguments, and gives its exit status. */
async function run(argv: readonly string[]): Promise<number> {
  const at = verbIndex(argv)
  const asksHelp = argv[at] === 'help'
  const part = partOf(argv[asksHelp ? at + 1 : at])
  if (part !== undefined && asksHelp) return (await part()).main(['--help'])
  if (part === undefined) return (await import('./cli/main.ts')).main(argv)
  return (await part()).main([...argv.slice(0, at), ...argv.slice(at + 1)])
}

function partOf(verb: string | undefined) {
  return verb !== undefined && Object.hasOwn(PARTS, verb) ? PARTS[verb] : undefined
}

/** The first argument that is neither an option nor the value of `--config`. */
function verbIndex(argv: readonly string[]): number {
  return argv.findIndex((word, index) => !word.startsWith('-') && argv[index - 1] !== '--config')
}

process.exitCode = await run(process.argv.slice(2))
