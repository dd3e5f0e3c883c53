import type { PersonView } from '../../protocol/views.ts'
import type { Store } from '../../store/store.ts'
import type { Operation } from '../context.ts'
import { decide } from '../gate/access.ts'
import { personPaths } from '../planning/person-paths.ts'
import { findPerson, isOneself, rosterUnusable } from './find-person.ts'
import { refuseAccess } from './ownership.ts'
import { personView, personViews } from './views.ts'

/** The people of the roster as it is now, a page at a time; oneself where one may not see the others. */
export const peopleList: Operation<'people.list'> = async (context, caller, { limit, skip }) => {
  const refused = refuseAccess('people.list', caller, 'none', 'people')
  if (refused !== null) return refused
  const { accounts, readRoster } = context.host
  const roster = await readRoster()
  if (!roster.ok) return rosterUnusable(context, roster.why)
  const all = decide('people.list', caller, 'foreign') === 'allow'
  const shown = all ? roster.entries : roster.entries.filter((entry) => isOneself(caller, entry))
  const page = shown.slice(skip, skip + limit)
  const names = page.map(({ os_user }) => os_user)
  const [uids, expired] = await Promise.all([accounts.uidsOf(names), accounts.expiredOf(names)])
  const people = page.map((entry) => ({
    entry,
    uid: uids.get(entry.os_user) ?? null,
    expired: expired.has(entry.os_user),
  }))
  return {
    effect: () => ({
      ok: true,
      output: { people: personViews(context.store, people), more: shown.length > skip + limit },
    }),
  }
}

/** One person by OS user or by Telegram id in decimal. */
export const peopleGet: Operation<'people.get'> = async (context, caller, { name }) => {
  const found = await findPerson(context, 'people.get', caller, name)
  if (!found.ok) return found
  const { entry } = found
  const { accounts, files } = context.host
  const account = await accounts.byName(entry.os_user)
  const expired = await accounts.expiredOf([entry.os_user])
  const { memory, history, workspace } = personPaths(context.config, entry, account?.home ?? '/nonexistent')
  const paths = [memory, history, ...(workspace === null ? [] : [workspace])]
  const folders = await Promise.all(
    paths.map(async (path) => ({ path, exists: (await files.stat(path)).kind === 'directory' })),
  )
  const uid = account?.uid ?? null
  return {
    effect: () => {
      const person = { entry, uid, expired: expired.has(entry.os_user) }
      return {
        ok: true,
        output: {
          person: {
            ...personView(context.store, person),
            folders,
            last_smoke: lastSmoke(context.store, entry.telegram_id),
          },
        },
      }
    },
  }
}

function lastSmoke(store: Store, telegramId: number): PersonView['last_smoke'] {
  const last = store.runs.lastSmokeTest(telegramId)
  if (last === null) return null
  return { passed: last.failure === null, at: last.at, run_id: last.runId, failure: last.failure }
}
