import type { Command } from 'commander'
import type { CallResult } from '../../client/client.ts'
import { afterDraft, type DraftWishes } from '../after-draft.ts'
import { failed, type Outcome, refused } from '../outcome.ts'
import { askAdduser } from '../questions/ask-adduser.ts'
import type { Session } from '../session.ts'
import type { AddVerb } from './act.ts'
import { type AnswerFlags, answersOf, entryOptions } from './adduser-flags.ts'
import { parseId } from './arguments.ts'
import { approveOption, waitOption } from './decision-options.ts'

interface AdduserOptions extends AnswerFlags, DraftWishes {
  access?: number
}

export const addAdduser: AddVerb = (program, act) => {
  const command = program
    .command('adduser')
    .description(
      'gives somebody access: drafts, checks and submits a request; asks in a terminal when no answer is a flag',
    )
  answerOptions(command)
    .option('--access <id>', 'complete this access request: who it is, is known from there', parseId)
    .option('--dry-run', 'only check and show the plan; nothing is submitted')
    .addOption(approveOption())
    .addOption(waitOption())
    .action(act((session, options: AdduserOptions) => adduser(session, options)))
}

async function adduser(session: Session, options: AdduserOptions): Promise<Outcome> {
  const { access, dryRun, approve, wait, ...flags } = options
  const conflict = conflictOf(options)
  if (conflict !== null) return failed('bad_request', conflict)
  if (access === undefined && Object.keys(flags).length === 0 && session.prompter !== null) {
    return askAdduser(session, session.prompter, { dryRun: dryRun === true })
  }
  const usual = session.config.mode === 'single-user' ? 'adopt' : 'create'
  const account = flags.adopt ? 'adopt' : flags.createAccount ? 'create' : usual
  const { client, signal, words } = session
  const drafted =
    access === undefined
      ? await client.call('request.draft', { answers: answersOf(flags, account) }, { signal })
      : await complete(session, access, flags, account)
  if (!drafted.ok) return refused(words, drafted.error)
  return afterDraft(session, drafted.request, options)
}

/** Drafts what an access request becomes; what its asker or its invitation said need not be said again. */
async function complete(
  { client, signal }: Session,
  id: number,
  flags: AnswerFlags,
  account: 'create' | 'adopt',
): Promise<CallResult<'access.complete'>> {
  const got = await client.call('access.get', { id }, { signal })
  if (!got.ok) return got
  const { name, github, role, os_user } = got.access
  const known = {
    ...{ name, ...(github === null ? {} : { github }) },
    ...{ ...(role === null ? {} : { role }), ...(os_user === null ? {} : { osUser: os_user }) },
  }
  const { telegram_id: _, proof: __, ...answers } = answersOf({ ...known, ...flags }, account)
  return client.call('access.complete', { id, answers }, { signal })
}

function conflictOf(options: AdduserOptions): string | null {
  if (options.access !== undefined && options.telegramId !== undefined) {
    return 'cannot name another Telegram id: the access request says whose it is; leave --telegram-id away'
  }
  if (options.createAccount && options.adopt)
    return 'cannot both create and adopt an account: give one of --create-account and --adopt'
  if (options.dryRun && (options.approve !== undefined || options.wait)) {
    return 'cannot approve or wait for a dry run: nothing is submitted; leave --dry-run or the other away'
  }
  return null
}

function answerOptions(command: Command): Command {
  return entryOptions(command)
    .option('--create-account', 'make a new account (the default of a system)')
    .option('--adopt', 'take over an existing account as it is')
    .option('--reason <text>', 'why it is adopted; by root it stands for the consent of its owner')
}
