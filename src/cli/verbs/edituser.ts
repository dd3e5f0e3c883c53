import { OPTIONAL_KEYS } from '../../domain/person.ts'
import type { OperationInput } from '../../protocol/operations.ts'
import { afterDraft, type DraftWishes } from '../after-draft.ts'
import { failed, type Outcome, refused } from '../outcome.ts'
import type { Session } from '../session.ts'
import type { AddVerb } from './act.ts'
import { type AnswerFlags, answersOf, entryOptions } from './adduser-flags.ts'
import { approveOption, waitOption } from './decision-options.ts'

interface EdituserOptions extends Omit<AnswerFlags, 'createAccount' | 'adopt'>, DraftWishes {
  unset?: string
}

type Changes = OperationInput<'person.edit'>['changes']

export const addEdituser: AddVerb = (program, act) => {
  const command = program
    .command('edituser')
    .description('gives somebody on the roster other values: drafts, checks and submits a request')
    .argument('<name>', 'OS user or Telegram id')
  entryOptions(command)
    .option('--unset <field>', 'fields to take away, separated by commas; the person inherits them then')
    .option('--reason <text>', 'why they get another account; by root it stands for its owner’s consent')
    .option('--dry-run', 'only check and show the plan; nothing is submitted')
    .addOption(approveOption())
    .addOption(waitOption())
    .action(act((session, name: string, options: EdituserOptions) => edituser(session, name, options)))
}

async function edituser(session: Session, name: string, options: EdituserOptions): Promise<Outcome> {
  const { unset, dryRun, approve, wait, reason, ...flags } = options
  if (dryRun && (approve !== undefined || wait)) {
    return failed(
      'bad_request',
      'cannot approve or wait for a dry run: nothing is submitted; leave --dry-run or the other away',
    )
  }
  const fields = unset === undefined ? [] : unset.split(',').map((field) => field.trim().replaceAll('-', '_'))
  const unknown = fields.find((field) => !OPTIONAL_KEYS.some((key) => key === field))
  if (unknown !== undefined) {
    return failed('bad_request', `cannot unset '${unknown}': choose of ${OPTIONAL_KEYS.join(', ')}`)
  }
  const changes: Changes = {
    ...changesOf(flags),
    ...Object.fromEntries(fields.map((field) => [field, null])),
  }
  const { client, signal, words } = session
  const input = { name: name.slice(0, 200), changes, ...(reason === undefined ? {} : { reason }) }
  const drafted = await client.call('person.edit', input, { signal })
  if (!drafted.ok) return refused(words, drafted.error)
  return afterDraft(session, drafted.request, options)
}

/** What the flags change: only those that were given. */
function changesOf(flags: AnswerFlags): Changes {
  const { account: _, proof: __, ...answers } = answersOf(flags, 'adopt')
  // A flag that was not given answers nothing: null, for those that an onboarding must answer.
  return Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== null))
}
