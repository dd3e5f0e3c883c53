import { fileURLToPath } from 'node:url'
import { cautionOfRoot, type Launch } from './config/root-caution.ts'
import { jsonDocument, refusalDocument, spelledOut } from './protocol/json-document.ts'

type Part = { main(argv: readonly string[], launch: Launch): Promise<number> }

/** The parts of the program that are no client of the worker; every other verb is the command line's. */
const PARTS: Record<string, () => Promise<Part>> = {
  worker: () => import('./worker/main.ts'),
  bot: () => import('./bot/main.ts'),
  witness: () => import('./witness/main.ts'),
  init: () => import('./setup/init.ts'),
  setup: () => import('./setup/setup.ts'),
  doctor: () => import('./setup/doctor.ts'),
  backup: () => import('./backup/backup.ts'),
  restore: () => import('./backup/restore.ts'),
  install: () => import('./install/main.ts'),
  // Not for people: the part of `usher setup` that has a network.
  'ask-telegram': () => import('./setup/first-start/telegram-process.ts'),
}

/** Runs the part that the verb names with the other arguments, and gives its exit status. */
async function run(given: readonly string[]): Promise<number> {
  const argv = given.filter((word, index) => word !== DEVELOPMENT || given[index - 1] === '--config')
  const at = verbIndex(argv)
  const asksHelp = argv[at] === 'help'
  const verb = argv[asksHelp ? at + 1 : at]
  const caution = cautionOfRoot({
    uid: process.geteuid?.() ?? -1,
    codeRoot: fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, ''),
    runtime: process.execPath,
    development: argv.length < given.length,
  })
  if (!caution.ok && (!JUDGES.includes(verb ?? '') || caution.distrust === null))
    return refuse(argv, caution.message)
  const launch = caution.ok ? caution.launch : { development: null, distrust: caution.distrust }
  if (launch.development !== null) {
    const text = `WARNING: root runs code that others can change (--development): ${launch.development}`
    process.stderr.write(spelledOut(`usher: ${text}\n`))
  }
  const part = partOf(verb)
  if (part !== undefined && asksHelp) return (await part()).main(['--help'], launch)
  if (part === undefined) return (await import('./cli/main.ts')).main(argv)
  return (await part()).main([...argv.slice(0, at), ...argv.slice(at + 1)], launch)
}

function partOf(verb: string | undefined) {
  return verb !== undefined && Object.hasOwn(PARTS, verb) ? PARTS[verb] : undefined
}

/**
 * Doctor is there to say it, and then looks at nothing else. Install asks the operator whether root is to take the code of that
 * account, and installs a copy that only root can write.
 */
const JUDGES = ['doctor', 'install']

/** Understood here, before every verb: it is about the code and not about what the code does. */
const DEVELOPMENT = '--development'

/** The first argument that is neither an option nor the value of `--config`. */
function verbIndex(argv: readonly string[]): number {
  return argv.findIndex((word, index) => !word.startsWith('-') && argv[index - 1] !== '--config')
}

function refuse(argv: readonly string[], message: string): number {
  if (argv.includes('--json')) process.stdout.write(jsonDocument(refusalDocument('invalid', message)))
  else process.stderr.write(spelledOut(`usher: ${message}\n`))
  return 2
}

process.exitCode = await run(process.argv.slice(2))
