/** Many people at once, as onboardings leave them, without the minutes that onboarding them would take. Inside a sandbox only. */
import { appendFileSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RosterEntry } from '../../../src/domain/person.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { insideSandbox } from '../sandbox/sandbox.ts'

export interface SettledPeople {
  count: number
  /** The first uid and gid; each person has the next one. */
  firstUid: number
  /** A group of this host that everybody is in. */
  group: string
  data: string
  roster: string
  /** The worker's database; no worker may run. */
  database: string
}

/** Accounts, homes, folders, memories, roster entries and the runs that recorded them. */
export function settlePeople({
  count,
  firstUid,
  group,
  data,
  roster,
  database,
}: SettledPeople): RosterEntry[] {
  if (!insideSandbox())
    throw new Error('cannot settle people outside a sandbox: it would change this machine')
  const entries = Array.from({ length: count }, (_, n): RosterEntry => {
    return { telegram_id: 840_000_000 + n, name: `Person ${n}`, os_user: `settled-${n}`, role: 'user' }
  })
  const uidOf = (n: number) => firstUid + n
  const lines = (line: (entry: RosterEntry, uid: number) => string) =>
    entries.map((entry, n) => `${line(entry, uidOf(n))}\n`).join('')
  appendFileSync(
    '/etc/passwd',
    lines(({ os_user: user, name }, uid) => `${user}:x:${uid}:${uid}:${name}:/home/${user}:/bin/bash`),
  )
  appendFileSync(
    '/etc/shadow',
    lines(({ os_user }) => `${os_user}:!:20000:0:99999:7:::`),
  )
  const members = entries.map(({ os_user }) => os_user).join(',')
  const groups = readFileSync('/etc/group', 'utf8').replace(
    new RegExp(`^(${group}:[^:]*:[0-9]+:)(.*)$`, 'm'),
    (_line, head: string, before: string) => `${head}${before === '' ? '' : `${before},`}${members}`,
  )
  writeFileSync('/etc/group', groups + lines(({ os_user }, uid) => `${os_user}:x:${uid}:`))
  for (const [n, { os_user, telegram_id }] of entries.entries()) {
    const folders = [
      `/home/${os_user}`,
      ...['memory', 'history'].map((kind) => join(data, kind, `${telegram_id}`)),
    ]
    for (const folder of folders) own(folder, uidOf(n))
    const memory = join(data, 'memory', `${telegram_id}`, 'MEMORY.md')
    writeFileSync(memory, '# Memory\n', { mode: 0o600 })
    chownSync(memory, uidOf(n), uidOf(n))
  }
  appendFileSync(
    roster,
    entries
      .map(
        ({ telegram_id, name, os_user, role }) =>
          `  - telegram_id: ${telegram_id}\n    name: ${name}\n    os_user: ${os_user}\n    role: ${role}\n`,
      )
      .join(''),
  )
  recordRuns(database, entries)
  return entries
}

function own(folder: string, uid: number): void {
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
  chownSync(folder, uid, uid)
}

/** What the store has of somebody whose onboarding succeeded. */
function recordRuns(database: string, entries: readonly RosterEntry[]): void {
  const opened = openStore(database)
  if (!opened.ok) throw new Error(opened.problem.message)
  const { store } = opened
  const requester = { kind: 'operator', uid: 0 } as const
  store.transaction(() => {
    for (const entry of entries) {
      const requestId = store.requests.insert({
        host: 'bench',
        subject: { kind: 'onboard', answers: { ...entry, account: 'create', proof: 'started' } },
        subjectHash: `settled-${entry.telegram_id}`,
        subjectTelegramId: entry.telegram_id,
        ...{ requester, requesterKey: 'operator', requesterPersonKey: 'operator' },
        ...{ createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER },
      })
      const plan = { format: 1, steps: [], digest: '', demands: { terminal: false, consent: false } } as const
      store.requests.setPlan(requestId, 1, { ...plan, steps: [] }, '{}', Number.MAX_SAFE_INTEGER)
      store.requests.transition(requestId, 'draft', 'submitted', 1, {})
      store.requests.transition(requestId, 'submitted', 'approved', 1, {})
      const runId = store.runs.insert({
        ...{ requestId, revision: 1, kind: 'onboard', undoOf: null, digest: '', marker: '', queuedAt: 0 },
        ...{ osUser: entry.os_user, telegramId: entry.telegram_id },
        steps: [{ kind: 'roster', params: { entry }, effect: 'change', notes: [] }],
      })
      store.runs.transition(runId, 'queued', 'running')
      store.runs.transition(runId, 'running', 'succeeded')
    }
  })
  store.close()
}
