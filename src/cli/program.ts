import { Command } from 'commander'
import { PARTS } from '../command/parts.ts'
import { examplesOf } from './examples.ts'
import { failed, type Outcome } from './outcome.ts'
import { addAccess } from './verbs/access.ts'
import type { Act } from './verbs/act.ts'
import { addAdduser } from './verbs/adduser.ts'
import { addApprover } from './verbs/approver.ts'
import { addAudit } from './verbs/audit.ts'
import { addBlock, addBlocked, addUnblock } from './verbs/block.ts'
import { addClaim } from './verbs/claim.ts'
import { addEdituser } from './verbs/edituser.ts'
import { addFreeze, addTelegram } from './verbs/freeze.ts'
import { addInvite, addInvites } from './verbs/invite.ts'
import { addReconcile } from './verbs/reconcile.ts'
import { addConfirm, addRequest } from './verbs/request.ts'
import { addRequests } from './verbs/requests.ts'
import { addRun } from './verbs/run.ts'
import { addStatus } from './verbs/status.ts'
import { addTotp } from './verbs/totp.ts'
import { addUser } from './verbs/user.ts'
import { addUsers } from './verbs/users.ts'
import { addWhoami } from './verbs/whoami.ts'

/**
 * The command line as it is understood: every verb with its arguments and options. Help, man page, completions and
 * docs/commands.md are made from it.
 *
 * @param end takes how a verb ended that is no client of the worker
 */
export function createProgram(version: string, act: Act, end: (outcome: Outcome) => void): Command {
  const program = new Command('usher')
  program
    .description('Gives people access to this machine, and proves that it works.')
    .version(version)
    .option('--config <file>', 'the config; default: USHER_CONFIG, /etc/usher/config.yaml, or your own')
    .option('--json', 'print exactly one JSON document')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
  for (const add of [addAdduser, addEdituser, addRequests, addRequest, addConfirm, addClaim, addRun])
    add(program, act)
  for (const add of [addUsers, addUser, addWhoami, addStatus, addReconcile, addAudit]) add(program, act)
  for (const add of [addTotp, addFreeze, addTelegram]) add(program, act)
  for (const add of [addAccess, addInvite, addInvites, addBlock, addUnblock, addBlocked]) add(program, act)
  addApprover(program, act)
  // They are programs of their own, and only stand in the help here.
  for (const { name, summary } of PARTS) {
    program
      .command(name)
      .description(summary)
      .allowUnknownOption()
      .argument('[arguments...]')
      .action(() =>
        end(
          failed(
            'bad_request',
            `cannot run ${name} like this: write it first, as in 'usher ${name} --config FILE'`,
          ),
        ),
      )
  }
  forEachCommand(program, (command) => {
    const examples = examplesOf(verbOf(command))
    if (examples.length === 0) return
    const lines = examples.map(({ line, why }) => `  ${line}${why === undefined ? '' : `\n      ${why}`}`)
    command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
  })
  return program
}

/** The words of a verb, without the program's name: `request approve`. */
export function verbOf(command: Command): string {
  const above = command.parent
  if (above === null) return ''
  return above.parent === null ? command.name() : `${verbOf(above)} ${command.name()}`
}

/** Visits a command and everything below it. */
export function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command)
  for (const child of command.commands) forEachCommand(child, visit)
}
