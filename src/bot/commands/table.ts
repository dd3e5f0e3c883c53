import type { OperationName } from '../../protocol/operations.ts'
import type { Permission } from '../../protocol/permissions.ts'
import { COMMANDS, type Command } from '../../texts/chat/commands.ts'

/** What a command asks the worker for first, and the permissions of which its sender needs one. */
export interface CommandRule {
  /** Null: it asks for nothing that the worker decides. */
  asks: OperationName | null
  /** Whether it is about others too, or serves whom only their own is shown. */
  of: 'own' | 'foreign'
  needs: readonly Permission[] | 'anyone'
}

/**
 * Every command of the chat: what stands in somebody's menu and in their `/help`, and which of them is listened to at all. It only
 * spares people what the worker would refuse; a test holds it against the worker's access table, which decides.
 */
export const COMMAND_RULES: Readonly<Record<Command, CommandRule>> = {
  // Both dialogues end on a card that is decided by whoever began it.
  adduser: { asks: 'request.approve', of: 'foreign', needs: ['requests.approve.all'] },
  invite: { asks: 'invite.create', of: 'own', needs: ['invites.manage'] },
  invites: { asks: 'invite.list', of: 'own', needs: ['invites.manage'] },
  blocked: { asks: 'block.list', of: 'own', needs: ['blocks.manage'] },
  requests: { asks: 'request.list', of: 'own', needs: ['requests.read.own', 'requests.read.all'] },
  run: { asks: 'run.get', of: 'own', needs: ['runs.read.own', 'runs.read.all'] },
  users: { asks: 'people.list', of: 'foreign', needs: ['people.read.all'] },
  user: { asks: 'people.get', of: 'own', needs: ['people.read.own', 'people.read.all'] },
  edituser: { asks: 'request.approve', of: 'foreign', needs: ['requests.approve.all'] },
  reconcile: { asks: 'reconcile.check', of: 'own', needs: ['reconcile.run'] },
  audit: { asks: 'audit.list', of: 'own', needs: ['audit.read'] },
  freeze: { asks: 'chat.freeze', of: 'own', needs: ['requests.deny'] },
  // It says that root ends a freeze, to who may begin one.
  unfreeze: { asks: 'chat.freeze', of: 'own', needs: ['requests.deny'] },
  status: { asks: 'status', of: 'own', needs: 'anyone' },
  whoami: { asks: 'whoami', of: 'own', needs: 'anyone' },
  language: { asks: null, of: 'own', needs: 'anyone' },
  // What can wait is told to admins only.
  quiet: { asks: 'request.approve', of: 'foreign', needs: ['requests.approve.all'] },
  cancel: { asks: null, of: 'own', needs: 'anyone' },
  help: { asks: null, of: 'own', needs: 'anyone' },
}

/** Whether somebody with these permissions may use the command. */
export function mayUse(command: Command, permissions: ReadonlySet<string>): boolean {
  const { needs } = COMMAND_RULES[command]
  return needs === 'anyone' || needs.some((one) => permissions.has(one))
}

/** The commands of somebody with these permissions, in the order of the menu. */
export function commandsOf(permissions: ReadonlySet<string>): Command[] {
  return COMMANDS.filter((command) => mayUse(command, permissions))
}
