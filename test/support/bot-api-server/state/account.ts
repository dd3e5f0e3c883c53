import type { UserFromGetMe } from 'grammy/types'
import { type ChangeClock, createChangeClock } from '../change-clock.ts'
import { type BotCommands, createBotCommands } from './bot-commands.ts'
import { type CallLog, createCallLog } from './call-log.ts'
import { type CallbackQueries, createCallbackQueries } from './callback-queries.ts'
import { type Chats, createChats } from './chats.ts'
import { createFaults, type Faults } from './faults.ts'
import { createLongPoll, type LongPoll } from './long-poll.ts'
import { createSendLimits, type SendLimits } from './send-limits.ts'
import { createUpdateQueue, type UpdateQueue } from './update-queue.ts'
import { createUsers, type Users } from './users.ts'
import { createWebhook, type Webhook } from './webhook.ts'

/** Everything that the server knows about its one bot and the people around it. Lives as long as the server. */
export interface Account {
  me: UserFromGetMe
  clock: ChangeClock
  users: Users
  chats: Chats
  queue: UpdateQueue
  longPoll: LongPoll
  webhook: Webhook
  callbacks: CallbackQueries
  commands: BotCommands
  faults: Faults
  limits: SendLimits
  calls: CallLog
}

export interface AccountOptions {
  botId: number
  botUsername: string
  botName: string
  /** True: the bot also sees group messages that do not address it. */
  readsAllGroupMessages: boolean
  callbackTtlMs: number
}

export function createAccount(options: AccountOptions): Account {
  const queue = createUpdateQueue()
  return {
    me: {
      id: options.botId,
      is_bot: true,
      first_name: options.botName,
      username: options.botUsername,
      can_join_groups: true,
      can_read_all_group_messages: options.readsAllGroupMessages,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
      has_topics_enabled: false,
      allows_users_to_create_topics: false,
      can_manage_bots: false,
      supports_join_request_queries: false,
    },
    clock: createChangeClock(),
    users: createUsers(),
    chats: createChats(),
    queue,
    longPoll: createLongPoll(queue),
    webhook: createWebhook(queue),
    callbacks: createCallbackQueries(options.callbackTtlMs),
    commands: createBotCommands(),
    faults: createFaults(),
    limits: createSendLimits(),
    calls: createCallLog(),
  }
}
