/** Looks at the host the way an operator would, with ordinary commands that are shown with what they print. */
import { type CommandResult, runCommand } from '../support/stage/command.ts'
import { CLEAN_ENVIRONMENT } from '../support/stage/system-installation.ts'
import type { Paper } from './paper.ts'

/** Runs a command as root, or as a person, and prints both. */
export async function show(
  paper: Paper,
  argv: readonly [string, ...string[]],
  options: { as?: string } = {},
): Promise<CommandResult> {
  const result = await runCommand(argv, { cwd: '/', env: CLEAN_ENVIRONMENT, as: options.as })
  paper.command(options.as === undefined ? '#' : `${options.as}$`, argv.map(quoted).join(' '), both(result))
  return result
}

function both({ stdout, stderr }: CommandResult): string {
  return `${stdout}${stderr}`
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`
}
