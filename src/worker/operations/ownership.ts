import { actorKey } from '../../domain/actor.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import type { Request } from '../../domain/request.ts'
import type { OperationName } from '../../protocol/operations.ts'
import type { Caller, Ownership } from '../caller.ts'
import { type Refusal, refusal } from '../context.ts'
import { decide } from '../gate/access.ts'

/** The Telegram id of the human who asks: asserted by bot or approver, or of their roster entry; null when there is none. */
export function ownTelegramId({ actor, person }: Caller): number | null {
  const asserted = actor.kind === 'telegram' || actor.kind === 'approver' ? actor.telegramId : null
  return asserted ?? person?.telegram_id ?? null
}

/** Whether the caller asked for this request: for deciding and cancelling, where being its subject gives nothing. */
export function isRequester(caller: Caller, request: Request): boolean {
  const samePerson = caller.personKey !== null && caller.personKey === request.requesterPersonKey
  return samePerson || actorKey(caller.actor) === actorKey(request.requester)
}

/** Whether a request is the caller's to read: asked for by them, or about them. */
export function mayCallOwn(caller: Caller, request: Request, answers: OnboardAnswers): boolean {
  const { subject, state } = request
  // Whom an edit gives a new Telegram id is not who reads about it before it is decided that they are.
  const known = subject.kind === 'edit' && state !== 'approved' ? subject.before : answers
  return isRequester(caller, request) || ownTelegramId(caller) === known.telegram_id
}

/** Null when the caller may; else the refusal, in which what is hidden reads like what does not exist. */
export function refuseAccess(
  operation: OperationName,
  caller: Caller,
  ownership: Ownership,
  what: string,
): Refusal | null {
  switch (decide(operation, caller, ownership)) {
    case 'allow':
      return null
    case 'hide':
      return refusal('not_found', `cannot find ${what}: there is no such thing, or it is not yours to see`)
    case 'deny':
      return refusal(
        'not_permitted',
        `cannot do this as ${caller.role}: '${operation}' is not permitted here`,
      )
  }
}
