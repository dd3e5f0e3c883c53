import type { Context } from 'grammy'
import type { AllWords } from '../src/texts/words.ts'
import { askPerson, type QuestionName } from './adduser.ts'
import type { Talk } from './context.ts'
import { beginDialogue, scopeOf } from './dialogue.ts'
import type { Answers, Drafted, OnboardingPorts, Scope } from './ports.ts'

export const COMPLETE_ACCESS = 'complete-access'

/** The access request that is completed, as it was when its card was tapped. Plain JSON: it is stored with the dialogue. */
export interface ToComplete {
  accessId: number
  cardId: string
  telegramId: number
  name: string
  /** As Telegram shows them. */
  telegramName: string
  username: string | null
  github: string | null
  /** What their invitation says. */
  role: string | null
  osUser: string | null
}

/** Repeated with the same scope it completes once. */
export interface CompletePort {
  complete(scope: Scope, wish: { accessId: number; cardId: string }, answers: Answers): Promise<Drafted>
}

/**
 * `[Complete]` on the card of somebody who asks for access: asks an admin for what a newcomer cannot know, and drafts; the review
 * card does the rest. Who it is, is known, and cannot be answered otherwise.
 */
export function createCompleteAccess(
  all: AllWords,
  ports: OnboardingPorts,
  port: CompletePort,
): (talk: Talk, ctx: Context, wish: ToComplete) => Promise<void> {
  return async function completeAccess(talk, ctx, wish) {
    const dialogue = await beginDialogue(all, talk, ctx)
    const scope = scopeOf(dialogue)
    const begun = await talk.external(() => ports.options(scope))
    if (!begun.ok) {
      await ctx.reply(begun.text)
      return
    }
    const { options } = begun
    const role = options.roles.find(({ name }) => name === wish.role)?.name
    const { accessId, cardId, telegramId, name } = wish
    const { words } = dialogue
    dialogue.noted = words.html('access.completing', { name, id: telegramId })
    const order: QuestionName[] = [
      'os_user',
      ...(role === undefined ? (['role'] as const) : []),
      'defaults',
      'routing',
    ]
    await askPerson(dialogue, ports, {
      order,
      alsoAgain: ['name', 'github', 'role'],
      known: {
        answers: {
          telegram_id: telegramId,
          proof: 'started',
          name,
          ...(wish.github === null ? {} : { github: wish.github }),
          ...(role === undefined ? {} : { role }),
        },
        telegramName: wish.telegramName === '' ? name : wish.telegramName,
        ...(wish.username === null ? {} : { username: wish.username }),
        ...(wish.osUser === null ? {} : { wishedOsUser: wish.osUser }),
      },
      options,
      submit: (now, answers) => port.complete(now, { accessId, cardId }, answers),
    })
  }
}
