import type { BotCommand, BotCommandScope } from 'grammy/types'
import { type ApiFailure, badRequest, success } from '../api-result.ts'
import type { Params } from '../params.ts'
import type { Account } from '../state/account.ts'
import type { Method } from './method.ts'

const PLAIN_SCOPES = ['default', 'all_private_chats', 'all_group_chats', 'all_chat_administrators']
const CHAT_SCOPES = ['chat', 'chat_administrators', 'chat_member']
const MAX_COMMANDS = 100

export const setMyCommands: Method = (account, params) => {
  const scope = readScope(account, params)
  if (!scope.ok) return scope
  const parsed = params.json('commands')
  if (!parsed.ok || !Array.isArray(parsed.value)) return badRequest("can't parse commands: expected an Array")
  const commands = parsed.value as Partial<BotCommand>[]
  if (commands.length > MAX_COMMANDS) return badRequest('BOT_COMMANDS_TOO_MUCH')
  for (const { command, description } of commands) {
    if (typeof command !== 'string' || !/^\/?[a-z0-9_]{1,32}$/.test(command))
      return badRequest('BOT_COMMAND_INVALID')
    if (typeof description !== 'string' || description.length < 1 || description.length > 256) {
      return badRequest('BOT_COMMAND_DESCRIPTION_INVALID')
    }
  }
  account.commands.set(scope.scope, params.text('language_code') ?? '', commands as BotCommand[])
  account.clock.tick()
  return success(true)
}

export const getMyCommands: Method = (account, params) => {
  const scope = readScope(account, params)
  return scope.ok ? success(account.commands.get(scope.scope, params.text('language_code') ?? '')) : scope
}

export const deleteMyCommands: Method = (account, params) => {
  const scope = readScope(account, params)
  if (!scope.ok) return scope
  account.commands.remove(scope.scope, params.text('language_code') ?? '')
  account.clock.tick()
  return success(true)
}

function readScope(account: Account, params: Params): { ok: true; scope: BotCommandScope } | ApiFailure {
  const parsed = params.json('scope')
  if (!parsed.ok) return badRequest("can't parse BotCommandScope JSON object")
  if (parsed.value === undefined || parsed.value === null) return { ok: true, scope: { type: 'default' } }
  const { type, chat_id } = parsed.value as { type?: unknown; chat_id?: unknown }
  if (typeof type !== 'string' || !PLAIN_SCOPES.concat(CHAT_SCOPES).includes(type)) {
    return badRequest("can't parse BotCommandScope: Unsupported type specified")
  }
  if (CHAT_SCOPES.includes(type) && !account.chats.find(Number(chat_id))) return badRequest('chat not found')
  return { ok: true, scope: parsed.value as BotCommandScope }
}
