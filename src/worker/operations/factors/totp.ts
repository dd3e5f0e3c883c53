import { actorKey } from '../../../domain/actor.ts'
import { isTelegramId } from '../../../domain/telegram-id.ts'
import type { FactorView } from '../../../protocol/views-factors.ts'
import type { TotpFactor } from '../../../store/queries/factors.ts'
import { type EngineContext, type Operation, type Refusal, refusal } from '../../context.ts'
import { matchingStep, otpauthUri, stepAt } from '../../factors/totp.ts'
import { refuseAccess } from '../ownership.ts'
import { type Names, readNames } from '../roster-names.ts'

type Refused = Refusal & { ok: false }

/** Makes a secret for a second factor that counts once a code of it was shown to the worker. An older one counts until then. */
export const totpEnroll: Operation<'totp.enroll'> = async (context, caller, { person }) => {
  const refused = refuseAccess('totp.enroll', caller, 'none', 'this')
  if (refused !== null) return refused
  const found = await personOf(context, person)
  if ('error' in found) return found
  const made = await context.secrets.makePending(found.telegramId)
  if ('problem' in made) return unusable(made.problem)
  const { secret } = made
  const host = context.host.environment.name
  const uri = otpauthUri(secret, `Usher ${host}`, found.name ?? String(found.telegramId))
  return {
    effect: () => ({
      ok: true,
      output: { telegram_id: found.telegramId, name: found.name, secret, uri },
    }),
  }
}

/** A code of the secret that was made last: from now on it counts, and the older one does not. */
export const totpProve: Operation<'totp.prove'> = async (context, caller, { telegram_id, code }) => {
  const refused = refuseAccess('totp.prove', caller, 'none', 'this')
  if (refused !== null) return refused
  const { secrets, clock } = context
  const found = await secrets.factorOf(telegram_id)
  if ('problem' in found) return unusable(found.problem)
  const { pending } = found
  if (pending === null) {
    return refusal('factor_refused', 'cannot take this code: nothing waits for one; enroll again', {
      params: { factor: 'totp', why: 'none' },
    })
  }
  const step = matchingStep(pending, code, clock(), -1)
  if (step === null) {
    return refusal(
      'factor_refused',
      'cannot take this code: it is not one of the secret that was shown; look at the clocks of phone and host',
      { params: { factor: 'totp', why: 'wrong' } },
    )
  }
  const problem = await secrets.usePending(telegram_id, pending)
  if (problem !== null) return unusable(problem.problem)
  const names = await readNames(context.host)
  return {
    effect() {
      const { store, events } = context
      const factor: TotpFactor = {
        ...{ telegramId: telegram_id, state: 'active', enrolledAt: clock() },
        // Its own first code is used up.
        ...{ acceptedStep: step, seenStep: stepAt(clock()), failures: 0 },
      }
      store.factors.put(factor)
      events.append('factor.enrolled', about(telegram_id), actorKey(caller.actor))
      return { ok: true, output: { factor: factorView(names, factor) } }
    },
  }
}

/** Ends what too many wrong codes brought about, and forgets what the clock said. Codes that were used stay used. */
export const totpReset: Operation<'totp.reset'> = async (context, caller, { person }) => {
  const refused = refuseAccess('totp.reset', caller, 'none', 'this')
  if (refused !== null) return refused
  const found = await personOf(context, person)
  if ('error' in found) return found
  const names = await readNames(context.host)
  return {
    effect() {
      const { store, events, clock } = context
      const factor = store.factors.get(found.telegramId)
      if (factor === null) return noFactor(person)
      const now = stepAt(clock())
      const reset: TotpFactor = {
        ...factor,
        ...{ state: 'active', failures: 0, seenStep: now },
        // After a clock that ran ahead, no code of the years between could be used else.
        acceptedStep: Math.min(factor.acceptedStep, now + 1),
      }
      store.factors.put(reset)
      events.append('factor.reset', about(found.telegramId), actorKey(caller.actor))
      return { ok: true, output: { factor: factorView(names, reset) } }
    },
  }
}

/** Forgets a second factor: in chat its person approves nothing any more that needs one. */
export const totpRemove: Operation<'totp.remove'> = async (context, caller, { person }) => {
  const refused = refuseAccess('totp.remove', caller, 'none', 'this')
  if (refused !== null) return refused
  const found = await personOf(context, person)
  if ('error' in found) return found
  const problem = await context.secrets.remove(found.telegramId)
  if (problem !== null) return unusable(problem.problem)
  return {
    effect() {
      const { store, events } = context
      const ended = store.factors.remove(found.telegramId)
      if (ended) events.append('factor.removed', about(found.telegramId), actorKey(caller.actor))
      return { ok: true, output: { ended } }
    },
  }
}

/** Everybody's second factor, without its secret. */
export const totpList: Operation<'totp.list'> = async (context, caller) => {
  const refused = refuseAccess('totp.list', caller, 'none', 'this')
  if (refused !== null) return refused
  const names = await readNames(context.host)
  return {
    effect: () => ({
      ok: true,
      output: { factors: context.store.factors.all().map((factor) => factorView(names, factor)) },
    }),
  }
}

/**
 * Whom root means: somebody on the roster by OS user or Telegram id; by id also one of the config's first admins, and somebody who is
 * no longer there and still has a factor.
 */
async function personOf(
  { host, config, store }: EngineContext,
  person: string,
): Promise<{ telegramId: number; name: string | null } | Refused> {
  const roster = await host.readRoster()
  const matches = roster.ok
    ? roster.entries.filter((entry) => entry.os_user === person || String(entry.telegram_id) === person)
    : []
  const [entry, ...others] = matches
  if (entry !== undefined && others.length === 0) return { telegramId: entry.telegram_id, name: entry.name }
  const telegramId = /^[1-9][0-9]{0,15}$/.test(person) ? Number(person) : Number.NaN
  const isKnown = config.telegram.admins.includes(telegramId) || store.factors.get(telegramId) !== null
  if (entry === undefined && isTelegramId(telegramId) && isKnown) return { telegramId, name: null }
  if (!roster.ok) {
    return refusal('roster_unusable', `cannot use the roster: ${roster.why}`, {
      params: { path: config.paths.roster, why: roster.why },
    })
  }
  const why = entry === undefined ? 'nobody on the roster is called so' : 'more than one person is called so'
  return refusal('not_found', `cannot find '${person.toWellFormed()}': ${why}`)
}

function about(telegramId: number) {
  return { requestId: null, runId: null, telegramId }
}

function unusable(why: string): Refused {
  return refusal('internal', `cannot use the secrets file: ${why}`)
}

function noFactor(person: string): Refused {
  return refusal('not_found', `cannot find a second factor of '${person.toWellFormed()}'`)
}

function factorView(names: Names, factor: TotpFactor): FactorView {
  const { telegramId, state, enrolledAt, failures } = factor
  return {
    ...{ telegram_id: telegramId, name: names.key(`telegram:${telegramId}`).name },
    ...{ state, enrolled_at: enrolledAt, failures },
  }
}
