import { actorKey } from '../../domain/actor.ts'
import { isTelegramId } from '../../domain/telegram-id.ts'
import type { Violation } from '../../domain/violation.ts'
import { type Operation, refusal } from '../context.ts'
import { powerNotes } from '../planning/planner-steps.ts'
import { osUserProblems } from '../validation/validate-answers.ts'
import { accountViolations, rosterViolations } from '../validation/validate-facts.ts'
import { pathViolations } from '../validation/validate-paths.ts'
import { heldViolations } from './check-request.ts'
import { refuseAccess } from './ownership.ts'

/** Whether a name can be created or adopted, answered while it is being chosen; capped, because it probes the host. */
export const checkAccount: Operation<'host.check-account'> = async (context, caller, args) => {
  const refused = refuseAccess('host.check-account', caller, 'none', 'accounts')
  if (refused !== null) return refused
  if (!context.checks.take(actorKey(caller.actor), context.clock())) {
    return refusal('too_many', 'cannot check more names now: wait a minute')
  }
  const { config } = context
  const osUser = args.os_user
  const syntax = osUserProblems(osUser, config)
  const telegramId = isTelegramId(args.telegram_id) ? args.telegram_id : null
  const idViolations: Violation[] =
    args.telegram_id === undefined || telegramId !== null
      ? []
      : [{ field: 'telegram_id', code: 'telegram_id_invalid', params: { value: args.telegram_id } }]
  const empty = {
    os_user: osUser.toWellFormed(),
    exists: false,
    uid: null,
    can_create: false,
    can_adopt: false,
  }
  if (syntax.length > 0) {
    const violations = [...syntax, ...idViolations]
    return {
      effect: () => ({
        ok: true,
        output: {
          check: { ...empty, create_violations: violations, adopt_violations: violations, power: [] },
        },
      }),
    }
  }
  const asked = { os_user: osUser, telegram_id: telegramId ?? 0, account: 'adopt' as const }
  const { facts } = await context.observe(asked, null)
  const resources = [`os_user:${osUser}`, ...(facts.account === null ? [] : [`uid:${facts.account.uid}`])]
  const violationsOf = (account: 'create' | 'adopt'): Violation[] => {
    const wish = { os_user: osUser, telegram_id: telegramId, account }
    const home = pathViolations(config, { ...asked, account }, facts).filter(
      ({ code }) => code === 'home_unusable',
    )
    return [
      ...idViolations,
      ...rosterViolations(config, wish, facts),
      ...accountViolations(config, wish, facts),
      ...home,
      ...heldViolations(context, resources, null),
    ]
  }
  const create = violationsOf('create')
  const adopt = violationsOf('adopt')
  return {
    effect: () => ({
      ok: true,
      output: {
        check: {
          os_user: osUser,
          exists: facts.account !== null,
          uid: facts.account?.uid ?? null,
          can_create: create.length === 0,
          can_adopt: adopt.length === 0,
          create_violations: create,
          adopt_violations: adopt,
          power: adopt.length === 0 ? powerNotes(facts) : [],
        },
      },
    }),
  }
}
