import { statfs } from 'node:fs/promises'
import type { Host } from '../../provisioning/host/host.ts'
import type { Operation } from '../context.ts'
import { freezeView } from './factors/chat-freeze.ts'
import { refuseAccess } from './ownership.ts'
import { readNames } from './roster-names.ts'
import { personView, roleView } from './views.ts'

const SERVICE_ANSWERS_WITHIN_MS = 2000

/** Who the worker takes the caller for. */
export const whoami: Operation<'whoami'> = async (context, caller) => {
  const refused = refuseAccess('whoami', caller, 'own', 'you')
  if (refused !== null) return refused
  const { actor, person, role, permissions } = caller
  const names = await readNames(context.host)
  const { accounts } = context.host
  const account = person === null ? null : await accounts.byName(person.os_user)
  const expired = account !== null && (await accounts.expiredOf([account.name])).has(account.name)
  const uid = account?.uid ?? null
  return {
    effect: () => ({
      ok: true,
      output: {
        actor: names.actor(actor),
        person: person === null ? null : personView(context.store, { entry: person, uid, expired }),
        role,
        permissions: [...permissions].sort(),
        admin: permissions.has('requests.approve.all'),
      },
    }),
  }
}

/** That the worker is there; to who may read it, how it is. */
export const status: Operation<'status'> = async (context, caller) => {
  const refused = refuseAccess('status', caller, 'own', 'the status')
  if (refused !== null) return refused
  const { config, host, store, version } = context
  const coarse = { version, mode: config.mode, host: host.environment.name, ready: true }
  if (!caller.permissions.has('status.read')) {
    return { effect: () => ({ ok: true, output: { ...coarse, details: null } }) }
  }
  const roster = await host.readRoster()
  const disk = await statfs(config.paths.state).catch(() => null)
  const services = await Promise.all(
    config.services.map(async ({ unit }) => ({ unit, state: await serviceState(host, unit) })),
  )
  const newest = store.reconciliations.newest()
  return {
    effect: () => ({
      ok: true,
      output: {
        ...coarse,
        details: {
          started_at: context.startedAt,
          development: context.development,
          queued: store.runs.count(['queued']),
          running: store.runs.count(['running', 'undoing']),
          stuck: context.stuck.all().map(({ runId, stuck }) => ({ run_id: runId, stuck })),
          open_requests: store.requests.countOpen(),
          people: roster.ok ? roster.entries.length : null,
          roster_problem: roster.ok ? null : roster.why,
          last_event: store.events.latest(),
          rss_bytes: process.memoryUsage.rss(),
          frozen: freezeView(store),
          disk_free_bytes: disk === null ? 0 : disk.bavail * disk.bsize,
          services,
          reconciled:
            newest === null
              ? null
              : { at: newest.endedAt, outcome: newest.outcome, findings: newest.findings.length },
        },
      },
    }),
  }
}

/** Whoever asks how it is gets an answer, also while the service manager hangs. */
async function serviceState(host: Host, unit: string): Promise<'active' | 'inactive' | 'unknown'> {
  const asked = host.services.isActive(unit).then(
    (active) => (active ? ('active' as const) : ('inactive' as const)),
    () => 'unknown' as const,
  )
  const { promise: late, resolve } = Promise.withResolvers<'unknown'>()
  const timer = setTimeout(() => resolve('unknown'), SERVICE_ANSWERS_WITHIN_MS)
  const state = await Promise.race([asked, late])
  clearTimeout(timer)
  return state
}

/** What the questions offer: roles that can be given, and what people inherit. */
export const onboardingOptions: Operation<'onboarding.options'> = async (context, caller) => {
  const refused = refuseAccess('onboarding.options', caller, 'none', 'the options')
  if (refused !== null) return refused
  const { config, host } = context
  const { workspace_base, model, agent_backend, max_budget } = config.defaults
  const own = config.mode === 'single-user' ? await host.accounts.byUid(process.getuid?.() ?? 0) : null
  return {
    effect: () => ({
      ok: true,
      output: {
        roles: [...config.roles.values()].filter(({ name }) => name !== 'public').map(roleView),
        defaults: {
          workspace_base: workspace_base ?? null,
          model: model ?? null,
          agent_backend: agent_backend ?? null,
          max_budget: max_budget ?? null,
        },
        mode: config.mode,
        own_os_user: own?.name ?? null,
      },
    }),
  }
}
