import { Bot } from 'grammy'
import type { UserFromGetMe } from 'grammy/types'
import { ADDUSER } from '../../conversations/adduser.ts'
import { INVITE } from '../../conversations/invite.ts'
import type { AllWords } from '../texts/words.ts'
import type { CardKeeper } from './cards/keeper.ts'
import { accessCommands } from './commands/access.ts'
import { auditCommand } from './commands/audit.ts'
import { decidingTaps, dialogueTaps } from './commands/card-taps.ts'
import { freezeCommands } from './commands/freeze.ts'
import { languageCommand } from './commands/language.ts'
import { peopleCommands, personTaps } from './commands/people.ts'
import { quietCommand } from './commands/quiet.ts'
import { reconcileCommand } from './commands/reconcile.ts'
import { requestsCommand } from './commands/requests.ts'
import { codeMessages } from './commands/second-factor.ts'
import { standingCommands } from './commands/standing.ts'
import { mayUse } from './commands/table.ts'
import type { BotContext } from './context.ts'
import {
  adduserDialogue,
  askAccessDialogue,
  completeAccessDialogue,
  denyAccessDialogue,
  denyDialogue,
  dialogueStorage,
  editAnswerDialogue,
  edituserDialogue,
  inviteDialogue,
  isInDialogue,
  outdatedDialogues,
} from './dialogues.ts'
import type { Logger } from './log.ts'
import { giveMenus, type Menus } from './menus.ts'
import { authenticate } from './middleware/authenticate.ts'
import { durableUpdates } from './middleware/durable-updates.ts'
import { editedMessages } from './middleware/edited-messages.ts'
import { heardFrom } from './middleware/heard-from.ts'
import { onlyPermitted } from './middleware/only-permitted.ts'
import { openCards } from './middleware/open-cards.ts'
import { passOnStarts } from './middleware/pass-on-starts.ts'
import { onlyPrivateChats } from './middleware/private-chats.ts'
import { answerQuestionTaps, goneQuestions } from './middleware/question-taps.ts'
import { redrawCards, speakAsChosen, speakAsTelegram } from './middleware/speak.ts'
import { createAskPort, createCompletePort } from './ports/access.ts'
import { createDenyAccessPort, createDenyPort } from './ports/deny.ts'
import { createEditPorts } from './ports/edituser.ts'
import { createInvitePort } from './ports/invite.ts'
import { createOnboardingPorts } from './ports/onboarding.ts'
import type { Cards } from './state/cards.ts'
import type { Chats } from './state/chats.ts'
import type { Guests } from './state/guests.ts'
import type { Refusals } from './state/refusals.ts'
import type { ShownPeople } from './state/shown-people.ts'
import { afterAsking, beforeAsking } from './strangers.ts'
import type { ApiOptions } from './telegram/api.ts'
import { answerTap } from './telegram/taps.ts'
import type { Telling } from './telling/telling.ts'
import type { WorkerCalls } from './worker-calls.ts'

export interface BotDeps {
  words: AllWords
  token: string
  apiOptions: ApiOptions
  me: UserFromGetMe
  worker: WorkerCalls
  chats: Chats
  guests: Guests
  cards: Cards
  people: ShownPeople
  refusals: Refusals
  keeper: CardKeeper
  menus: Menus
  telling: Telling
  log: Logger
  now: () => number
  firstAdmins: readonly number[]
  watchdogMs: number
}

/**
 * The bot's middleware, in the order in which an update passes it. Updates of one chat must arrive one after another, which
 * the dispatcher sees to. It does not poll and is never started by itself.
 */
export function createBot(deps: BotDeps): Bot<BotContext> {
  const { words, token, apiOptions, me, menus } = deps
  const bot = new Bot<BotContext>(token, { client: apiOptions, botInfo: me })
  const ports = createOnboardingPorts({ ...deps, botId: me.id })
  const asking = { ...deps, botId: me.id }

  bot.use(speakAsTelegram(words))
  bot.use(onlyPrivateChats())
  bot.use(heardFrom(deps))
  bot.use(redrawCards(deps))
  bot.use(durableUpdates(deps))
  bot.use(speakAsChosen(words))
  bot.use(authenticate({ ...deps, botId: me.id }))
  bot.use(passOnStarts({ worker: deps.worker, botId: me.id }))
  bot.use(giveMenus(menus))
  bot.use(onlyPermitted())
  bot.use(openCards(deps))
  bot.use(answerQuestionTaps())

  bot.use(outdatedDialogues())
  bot.use(dialogueStorage())
  bot.use(editedMessages())
  const strangers = bot.filter((ctx) => ctx.identity === undefined)
  strangers.use(beforeAsking(asking))
  strangers.use(askAccessDialogue(words, createAskPort(asking)))
  strangers.use(afterAsking(asking))
  bot.use((ctx, next) => (ctx.identity === undefined ? undefined : next()))

  bot.filter((ctx) => ctx.identity?.admin === true).use(codeMessages({ ...deps, botId: me.id }))
  bot.use(standingCommands(deps))
  bot.use(requestsCommand(deps))
  bot.use(freezeCommands({ ...deps, botId: me.id }))
  bot.use(peopleCommands(deps))
  bot.use(languageCommand({ words, menus }))
  bot.use(auditCommand(deps))
  bot.use(quietCommand())
  bot.use(reconcileCommand({ ...deps, botId: me.id }))
  bot.use(accessCommands({ ...deps, botId: me.id }))

  const isAdmin = (ctx: BotContext) => ctx.identity?.admin === true
  bot.filter(isAdmin).use(decidingTaps({ ...deps, botId: me.id }))
  const inviters = bot.filter((ctx) => mayUse('invite', ctx.identity?.permissions ?? new Set()))
  inviters.use(inviteDialogue(words, createInvitePort(asking)))
  // What is open answers for itself: a second dialogue in one chat would end both.
  inviters.command('invite', (ctx, next) => (isInDialogue(ctx) ? next() : ctx.conversation.enter(INVITE)))
  const admins = bot.filter(isAdmin)
  admins.use(adduserDialogue(words, ports))
  admins.use(editAnswerDialogue(words, ports))
  admins.use(edituserDialogue(words, createEditPorts({ ...deps, botId: me.id, questions: ports })))
  admins.use(denyDialogue(words, createDenyPort({ ...deps, botId: me.id })))
  admins.use(completeAccessDialogue(words, ports, createCompletePort(asking)))
  admins.use(denyAccessDialogue(words, createDenyAccessPort(asking)))
  admins.use(dialogueTaps(deps))
  admins.use(personTaps(deps))
  admins.command('adduser', (ctx) => ctx.conversation.enter(ADDUSER))

  bot.use(goneQuestions())
  bot.on('callback_query', (ctx) => answerTap(ctx, ctx.words.say('taps.button_unknown')))
  bot.on('message', async (ctx) => void (await ctx.reply(ctx.words.say('commands.did_not_understand'))))
  return bot
}
