import { actorKey } from '../../../domain/actor.ts'
import { replaceUnsafeCharacters } from '../../../domain/unsafe-text.ts'
import { because, type EngineContext, type Operation, type Refusal, refusal } from '../../context.ts'
import { parseAboutOneself } from '../../validation/validate-answers.ts'
import { closeRequest } from '../decide-request.ts'
import { ownTelegramId, refuseAccess } from '../ownership.ts'
import { mayAsk } from './caps.ts'
import { appendAccess, endAccess } from './follow.ts'
import { alreadyDecided, loadAccess, reloadAccess } from './load.ts'
import { ownAccessView } from './views.ts'

const NOTE_MAX = 500
const SHOWN_NAME_MAX = 128

/** What a stranger may be told about themself; reads only, and little. */
export const accessMine: Operation<'access.mine'> = async (context, caller) => {
  const refused = refuseAccess('access.mine', caller, 'own', 'you')
  if (refused !== null) return refused
  const telegramId = ownTelegramId(caller) ?? 0
  const onRoster = caller.person !== null
  return {
    effect() {
      const { store } = context
      const isBlocked = store.blocks.get(telegramId) !== null
      if (onRoster || isBlocked) {
        return { ok: true, output: { may_ask: false, mute: isBlocked, access: null } }
      }
      const may = mayAsk(context, telegramId)
      const open = store.access.openOf(telegramId)
      const access = open ?? (may ? store.access.newestOf(telegramId) : null)
      return {
        ok: true,
        output: {
          may_ask: may,
          // Where strangers may not ask anyway they are told so, as ever.
          mute: !may && open === null && context.config.access.ask === 'anyone',
          access: access === null ? null : ownAccessView(access),
        },
      }
    },
  }
}

/** Somebody unknown asks to be let in. What Telegram proves is their id; everything else is only what they say. */
export const accessAsk: Operation<'access.ask'> = async (context, caller, input) => {
  const { config, store, events, clock } = context
  const refused = refuseAccess('access.ask', caller, 'own', 'you')
  if (refused !== null) return refused
  const telegramId = ownTelegramId(caller)
  if (telegramId === null) throw new Error('a question was let through without a Telegram user')
  // Before anything that costs more than a look into the database.
  const early = refuseAsking(context, telegramId)
  if (early !== null) return early
  const known = await refuseKnown(context, telegramId)
  if (known !== null) return known
  const { name, github, violations } = parseAboutOneself(input)
  if (violations.length > 0 || name === null) {
    return refusal('invalid', 'cannot ask like this: something is not valid; nothing was stored', {
      violations,
    })
  }
  return {
    effect() {
      const late = refuseAsking(context, telegramId)
      if (late !== null) return late
      const now = clock()
      const invitation = store.invitations.openedBy(telegramId)
      const id = store.access.insert({
        telegramId,
        name,
        telegramName: cut(input.telegram_name, SHOWN_NAME_MAX),
        username: username(input.username),
        github,
        note: note(input.note),
        language:
          input.language !== undefined && /^[a-zA-Z0-9-]+$/.test(input.language) ? input.language : null,
        role: invitation?.role ?? null,
        osUser: invitation?.osUser ?? null,
        invitationId: invitation?.id ?? null,
        askedAt: now,
        expiresAt: now + config.access.expiresMs,
      })
      const access = reloadAccess(context, id)
      const by = actorKey(caller.actor)
      appendAccess(events, 'access.asked', access, by, {
        ...(invitation === null ? {} : { invitation: invitation.id }),
      })
      if (invitation !== null) {
        store.invitations.transition(invitation.id, 'opened', 'used', { endedAt: now, accessId: id })
        const about = { requestId: null, runId: null, telegramId }
        events.append('invite.used', about, by, { invitation: invitation.id, access: id })
      }
      return { ok: true, output: { access: ownAccessView(access) } }
    },
  }
}

/** Its asker takes it back; an undecided request that it became is cancelled. */
export const accessWithdraw: Operation<'access.withdraw'> = async (context, caller, { id }) => {
  const loaded = loadAccess(context, 'access.withdraw', caller, id)
  if (!loaded.ok) return loaded
  return {
    effect() {
      const access = reloadAccess(context, id)
      if (access.state !== 'waiting' && access.state !== 'completed') return alreadyDecided(access)
      const request = access.requestId === null ? null : context.store.requests.get(access.requestId)
      const isOpen = request?.state === 'draft' || request?.state === 'submitted'
      if (request !== null && !isOpen) return alreadyDecided(access)
      const by = actorKey(caller.actor)
      endAccess(context, access, 'withdrawn', by)
      if (request !== null) closeRequest(context, request, 'cancelled', by, null)
      return { ok: true, output: { access: ownAccessView(reloadAccess(context, id)) } }
    },
  }
}

/** `too_many`: whoever is blocked or beyond a cap is told nothing, and cannot tell which. */
function refuseAsking(context: EngineContext, telegramId: number): (Refusal & { ok: false }) | null {
  const blocked = context.store.blocks.get(telegramId) !== null
  if (!blocked && context.store.access.openOf(telegramId) !== null) {
    return refusal(
      'wrong_state',
      'cannot ask again: you have asked already, and wait for an answer',
      because('asked_already'),
    )
  }
  return mayAsk(context, telegramId) ? null : refusal('too_many', 'cannot ask for access now')
}

async function refuseKnown({ host, config }: EngineContext, telegramId: number): Promise<Refusal | null> {
  const roster = await host.readRoster()
  if (!roster.ok) {
    return refusal('roster_unusable', 'cannot tell who you are: the roster cannot be used', {
      params: { path: config.paths.roster, why: roster.why },
    })
  }
  return roster.entries.some((entry) => entry.telegram_id === telegramId)
    ? refusal(
        'wrong_state',
        'cannot ask for access: you are on the roster already',
        because('on_roster_already'),
      )
    : null
}

/** Text that cannot be refused, because its writer does not know that they send it. */
function cut(text: string, max: number): string {
  return [...text.toWellFormed()].slice(0, max).join('')
}

/** Telegram: letters, digits and underscores, 4 to 32 of them. */
function username(text: string | undefined): string | null {
  return text !== undefined && /^[A-Za-z0-9_]{3,32}$/.test(text) ? text : null
}

/** Line breaks and what cannot be seen become spaces: a note is one paragraph. */
function note(text: string | undefined): string | null {
  const shown = replaceUnsafeCharacters((text ?? '').toWellFormed(), () => ' ')
    .replace(/ +/g, ' ')
    .trim()
  return shown === '' ? null : cut(shown, NOTE_MAX)
}
