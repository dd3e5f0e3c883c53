import type { Difference, DifferenceCode, ReturnKind } from '../domain/difference.ts'
import { VIOLATION_CODES, type ViolationCode } from '../domain/violation.ts'
import type { RequestView } from '../protocol/views.ts'
import { actorText } from './actors.ts'
import { durationText, timeText } from './duration.ts'
import type { Line } from './line.ts'
import { type Params, paramsOf } from './params.ts'
import { stepTitle } from './steps.ts'
import { violationText } from './violations.ts'

const KINDS: Readonly<Record<string, string>> = {
  directory: 'folder',
  file: 'file',
  symlink: 'symbolic link',
  unreadable: 'unreadable path',
}
const ROLE_PARTS: Readonly<Record<string, string>> = {
  shell: 'shell',
  description: 'description',
  count: 'number of approvals',
  self: "requester's own approval",
  step_up: 'step-up',
  expiresMs: 'time for a decision',
}

const kind = (p: Params, name = 'kind') => KINDS[p.text(name)] ?? 'something else'
const change = (p: Params) => `${p.text('before') || 'none'} → ${p.text('after') || 'none'}`
const gainedAndLost = (p: Params) =>
  [
    ...(p.has('gained') ? [`${p.text('gained')} too`] : []),
    ...(p.has('lost') ? [`${p.text('lost')} no more`] : []),
  ].join(', ')

const WORDS: Record<DifferenceCode, (p: Params) => string> = {
  account_appeared: (p) =>
    `an account ${p.text('os_user')} appeared${p.has('uid') ? ` (uid ${p.text('uid')})` : ''}`,
  account_gone: (p) => `the account ${p.text('os_user')} is gone`,
  account_changed: (p) => `the account ${p.text('os_user')} has another ${p.text('what')}: ${change(p)}`,
  account_expiry_changed: (p) => `the account ${p.text('os_user')} is ${p.text('now')} now`,
  account_groups_changed: (p) => `the account ${p.text('os_user')} is in the groups ${gainedAndLost(p)}`,
  account_sudo_changed: (p) => `the sudo rules of ${p.text('os_user')} are others: ${change(p)}`,
  account_linger_changed: (p) => `linger of ${p.text('os_user')} is ${p.text('now')} now`,
  account_keys_changed: (p) => `the authorized SSH keys of ${p.text('os_user')} changed: ${change(p)}`,
  group_appeared: (p) =>
    `a group ${p.text('group')} appeared${p.has('gid') ? ` (gid ${p.text('gid')})` : ''}`,
  group_gone: (p) => `the group ${p.text('group')} is gone`,
  group_changed: (p) => `the group ${p.text('group')} has another gid: ${change(p)}`,
  path_appeared: (p) =>
    `the ${kind(p)} ${p.text('path')} appeared${p.has('uid') ? `, it belongs to uid ${p.text('uid')}, mode ${p.text('mode')}` : ''}`,
  path_gone: (p) => `the ${kind(p)} ${p.text('path')} is gone`,
  path_changed: (p) => {
    const values = p.text('what') === 'kind' ? `${kind(p, 'before')} → ${kind(p, 'after')}` : change(p)
    return `${p.text('path')} has another ${p.text('what')}: ${values}`
  },
  roster_entry_appeared: (p) =>
    `an entry of ${p.text('os_user')} (Telegram id ${p.text('telegram_id')}) appeared on the roster`,
  roster_entry_gone: (p) =>
    `the entry of ${p.text('os_user')} (Telegram id ${p.text('telegram_id')}) is gone from the roster`,
  roster_entry_changed: (p) =>
    `the entry of ${p.text('os_user')} on the roster was edited: ${p.text('fields')}`,
  owner_changed: (p) => `the account ${p.text('user')} that the config names is another one, or gone`,
  shell_changed: (p) => `the role's shell is ${p.text('now')} now`,
  uid_range_changed: (p) => `the range of uids for people is another one: ${change(p)}`,
  template_changed: () => 'the memory template is another one',
  role_groups_changed: (p) => `the role ${p.text('role')} now has the groups ${gainedAndLost(p)}`,
  role_group_changed: (p) => `the role's group ${p.text('group')} is ${p.text('now')} now`,
  membership_changed: (p) => `the account is ${p.text('now')} of the group ${p.text('group')} now`,
  role_permissions_changed: (p) => `the role ${p.text('role')} now permits ${gainedAndLost(p)}`,
  role_changed: (p) => {
    const what = p.text('what')
    const ms = (name: string) => durationText(p.number(name) ?? 0)
    const values = what === 'expiresMs' ? `${ms('before')} → ${ms('after')}` : change(p)
    return `the role ${p.text('role')} has another ${ROLE_PARTS[what] ?? what}: ${values}`
  },
  role_gone: (p) => `the role ${p.text('role')} is no longer in the config`,
  services_changed: (p) => `the services to restart are others: ${change(p)}`,
  folders_changed: (p) => `the folders to make are others: ${change(p)}`,
  home_changed: (p) => `the home is elsewhere: ${change(p)}`,
  step_changed: (p) => `the step '${stepTitle(p.text('kind'))}' would do something else`,
  demand_changed: (p) =>
    `${p.text('what') === 'consent' ? "the owner's consent" : 'a confirmation on a terminal'} is ${p.text('now')} now`,
  approver_lost: (p) =>
    `${actorText({ key: p.text('by'), name: null })}, who approved it, may no longer do so`,
  waited_too_long: (p) =>
    `it was approved at ${timeText(p.number('approved_at') ?? Number.NaN)} and could not begin within ${durationText(p.number('expires_ms') ?? 0)}`,
  chat_frozen: (p) =>
    `approvals in chat were frozen at ${timeText(p.number('at') ?? Number.NaN)}: those given before count no more`,
  undo_target_changed: (p) => `run ${p.text('run')} is ${p.text('state')} now`,
  records_changed: (p) => `what run ${p.text('run')} recorded changed`,
  objection: (p) => p.text('violation'),
  plan_changed: (p) => `the plan is another one${p.has('what') ? ` (${p.text('what')})` : ''}`,
  and_more: (p) => `and ${p.text('count')} more`,
}

/** One thing that is not as it was when the plan was approved. Harmless in a terminal. */
export function differenceText({ code, params }: Difference): string {
  if (code === 'objection' && params !== undefined) {
    const { violation, field, ...own } = params
    const known = VIOLATION_CODES.find((one) => one === violation)
    if (known !== undefined) return objectionText(known, String(field), own)
  }
  return WORDS[code](paramsOf(params))
}

function objectionText(code: ViolationCode, field: string, params: Difference['params'] = {}): string {
  return violationText({ field, code, params })
}

const BACK: Record<ReturnKind, (runId: number) => string> = {
  drift: () => 'It came back: something is not as it was when it was approved. Nothing was changed.',
  retry: (runId) => `It is tried again: run ${runId} was undone.`,
  stale: () => 'It came back: the approval was too old when its run could begin. Nothing was changed.',
}

/** How a request came back, and what differs from what was approved; nothing for one that did not. */
export function returnedLines({ returned }: Pick<RequestView, 'returned'>): Line[] {
  if (returned === null) return []
  return [
    { mark: 'info', text: BACK[returned.kind](returned.run_id) },
    ...returned.differences.map(
      (difference): Line => ({ mark: 'info', text: differenceText(difference), indent: 1 }),
    ),
  ]
}
