import { type Actor, actorKey } from '../../domain/actor.ts'
import type { RosterEntry } from '../../domain/person.ts'
import type { Host } from '../../provisioning/host/host.ts'

/** How people are called on views; made afresh from the roster for each answer. */
export interface Names {
  actor(actor: Actor): { key: string; name: string | null }
  key(key: string): { key: string; name: string | null }
}

/** Names from the roster as it is now; a roster that cannot be used names nobody. */
export async function readNames(host: Host): Promise<Names> {
  const roster = await host.readRoster()
  return namesOf(roster.ok ? roster.entries : [], await operatorName(host))
}

/** The operator of a system is uid 0 and needs no name; that of single-user mode is the account that runs the worker. */
async function operatorName({ environment, accounts }: Host): Promise<string | null> {
  if (environment.mode === 'system') return null
  const uid = process.getuid?.() ?? 0
  return (await accounts.byUid(uid))?.name ?? `uid ${uid}`
}

function namesOf(entries: readonly RosterEntry[], operator: string | null): Names {
  let byId: Map<string, string> | null = null
  const named = (key: string): string | null => {
    if (key === 'operator') return operator
    const asserted = /^(?:telegram|approver):([0-9]+)$/.exec(key)?.[1]
    if (asserted === undefined) return null
    // The first entry of an id names it.
    byId ??= new Map(entries.toReversed().map((entry) => [String(entry.telegram_id), entry.name]))
    return byId.get(asserted) ?? null
  }
  return {
    actor: (actor) => ({
      key: actorKey(actor),
      name: actor.kind === 'os' ? actor.osUser : named(actorKey(actor)),
    }),
    key: (key) => ({ key, name: named(key) }),
  }
}
