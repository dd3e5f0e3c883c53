import type { Drift } from '../../domain/finding.ts'
import type { Note } from '../../domain/step.ts'
import type { Host } from '../host/host.ts'
import type { StepImplementation } from '../step-kind.ts'
import { accountChanged } from './parts/person-account.ts'

/** `joins`: groups in which the account with this uid was not a member when the run was about to add it. */
type GroupsRecord = { uid: number; joins: string[] }

/** Adds the missing groups of the role; never strips one. */
export const groups: StepImplementation<'groups', GroupsRecord> = {
  kind: 'groups',
  deadlineMs: 60_000,

  async check(host, { osUser, groups: wanted }) {
    const absent = await absentGroups(host, wanted)
    const missing = await missingGroups(host, osUser, wanted)
    const joinable = missing.filter((group) => !absent.includes(group))
    const drifts = [
      ...absent.map((group): Drift => ({ code: 'group.missing', params: { group }, repairable: false })),
      ...(joinable.length > 0 ? [notMember(joinable)] : []),
    ]
    if (absent[0] !== undefined) {
      return { state: 'blocked', failure: { code: 'group_missing', params: { group: absent[0] } }, drifts }
    }
    const member = wanted.filter((group) => !missing.includes(group))
    if (missing.length === 0) return { state: 'already', notes: memberNotes(member), drifts }
    return {
      state: 'differs',
      drifts,
      notes: [{ code: 'groups.add', params: { groups: missing.join(', ') } }, ...memberNotes(member)],
    }
  },

  async apply({ host, journal }, { osUser, groups: wanted }, record) {
    const entry = await host.accounts.byName(osUser)
    if (entry === null || (record !== null && record.uid !== entry.uid)) {
      return { ok: false, failure: accountChanged(osUser), notes: [] }
    }
    const [absent] = await absentGroups(host, wanted)
    if (absent !== undefined)
      return { ok: false, failure: { code: 'group_missing', params: { group: absent } }, notes: [] }
    const missing = await missingGroups(host, osUser, wanted)
    const joins = [...new Set([...(record?.joins ?? []), ...missing])]
    if (record === null || joins.length > record.joins.length) journal.commit({ uid: entry.uid, joins })
    const member = wanted.filter((group) => !joins.includes(group))
    const joined = await host.accounts.joinGroups(osUser, missing)
    if (!joined.ok) return { ok: false, failure: joined.failure, notes: [] }
    const added: Note[] =
      joins.length > 0 ? [{ code: 'groups.added', params: { groups: joins.join(', ') } }] : []
    return { ok: true, notes: [...added, ...memberNotes(member)] }
  },

  async undo({ host }, { osUser }, record) {
    if (record === null || record.joins.length === 0) return { state: 'undone', notes: [] }
    const entry = await host.accounts.byName(osUser)
    // Without the account nothing is a member; under another uid the name is somebody else's.
    if (entry === null) return { state: 'undone', notes: [] }
    if (entry.uid !== record.uid) {
      return { state: 'kept', notes: [{ code: 'account.kept_not_ours', params: { os_user: osUser } }] }
    }
    const left: string[] = []
    for (const group of record.joins) {
      const found = await host.accounts.group(group)
      if (!found?.members.includes(osUser)) continue
      const result = await host.accounts.leaveGroup(osUser, group)
      if (!result.ok) return { state: 'failed', failure: result.failure, notes: leftNotes(left) }
      left.push(group)
    }
    return { state: 'undone', notes: leftNotes(left) }
  },

  async verify({ host }, { osUser, groups: wanted }) {
    const missing = await missingGroups(host, osUser, wanted)
    return missing.length === 0
      ? { ok: true, notes: [] }
      : { ok: false, failure: accountChanged(osUser), notes: [] }
  },
}

function notMember(groups: string[]): Drift {
  return { code: 'groups.not_member', params: { groups: groups.join(', ') }, repairable: true }
}

async function absentGroups({ accounts }: Host, wanted: string[]): Promise<string[]> {
  const absent: string[] = []
  for (const name of wanted) if (!(await accounts.group(name))) absent.push(name)
  return absent
}

async function missingGroups({ accounts }: Host, osUser: string, wanted: string[]): Promise<string[]> {
  const member = new Set(await accounts.groupsOf(osUser))
  return wanted.filter((group) => !member.has(group))
}

function memberNotes(member: string[]): Note[] {
  return member.length > 0 ? [{ code: 'groups.member', params: { groups: member.join(', ') } }] : []
}

function leftNotes(left: string[]): Note[] {
  return left.length > 0 ? [{ code: 'groups.left', params: { groups: left.join(', ') } }] : []
}
