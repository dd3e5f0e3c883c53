import type { Api } from 'grammy'
import { z } from 'zod'
import { describeError, type Logger } from '../bot/log.ts'
import type { FileStore } from '../bot/state/file-store.ts'
import { problemOf } from '../bot/telegram/errors.ts'
import type { Client } from '../client/client.ts'
import type { WitnessItem } from '../protocol/views-witness.ts'
import { witnessClearedText, witnessText } from '../texts/chat/witness.ts'
import type { Words } from '../texts/words.ts'

export interface PostmanDeps {
  api: Api
  client: Client
  files: FileStore
  words: Words
  log: Logger
  stopped: AbortSignal
  /** This bot's user name. */
  username: string
}

/** What happened to what the worker had: `again` when some of it must be tried once more, after a rest. */
export type Dealt = 'done' | 'again' | 'bad_token'

/** Sends, takes back and reports, one admin apart from the other. */
export interface Postman {
  deal(items: readonly WitnessItem[]): Promise<Dealt>
}

const sentSchema = z.object({ message_id: z.number() })

/**
 * Does what the worker asks for and reports it.
 *
 * INVARIANTS
 * - A message is sent at least once: the worker names it until it was told. Once it is written down here that it was sent, it is not
 *   sent again, whatever is killed.
 * - What fails for one admin holds up nobody else.
 */
export function createPostman(deps: PostmanDeps): Postman {
  const { api, client, files, words, log, stopped, username } = deps
  const html = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } } as const
  const noteOf = (id: number) => `sent/${id}`

  const send = async (item: WitnessItem & { kind: 'send' }): Promise<Dealt> => {
    const known = sentSchema.safeParse(await files.read(noteOf(item.id)))
    if (known.success) return reportSent(item.id, { kind: 'sent', message_id: known.data.message_id })
    try {
      const { message_id } = await api.sendMessage(item.telegram_id, witnessText(words, item).html, html)
      await files.write(noteOf(item.id), { message_id })
      return reportSent(item.id, { kind: 'sent', message_id })
    } catch (error) {
      const problem = problemOf(error)
      if (problem.kind === 'unreachable') return reportSent(item.id, { kind: 'unreachable', bot: username })
      return failed(error, item.id, 'cannot send a code')
    }
  }

  const clear = async (item: WitnessItem & { kind: 'clear' }): Promise<Dealt> => {
    const { id, telegram_id, message_id } = item
    try {
      await api.editMessageText(telegram_id, message_id, witnessClearedText(words, item).html, html)
    } catch (error) {
      const { kind } = problemOf(error)
      // Gone, or never to be reached again: there is nothing to take a code out of.
      const isGone = kind === 'not_modified' || kind === 'message_gone' || kind === 'unreachable'
      if (!isGone) return failed(error, id, 'cannot take a code out of its message')
    }
    const input = { idempotencyKey: `cleared-${id}`, signal: stopped }
    const told = await client.call('witness.cleared', { id }, input)
    if (!told.ok && told.error.code !== 'not_found') return 'again'
    await files.remove(noteOf(id))
    return 'done'
  }

  const reportSent = async (
    id: number,
    outcome: { kind: 'sent'; message_id: number } | { kind: 'unreachable'; bot: string },
  ): Promise<Dealt> => {
    const input = { idempotencyKey: `${outcome.kind}-${id}`, signal: stopped }
    const told = await client.call('witness.sent', { id, outcome }, input)
    if (told.ok) return 'done'
    if (told.error.code !== 'unreachable') log.error({ id, code: told.error.code }, 'cannot report a code')
    return 'again'
  }

  const failed = (error: unknown, id: number, message: string): Dealt => {
    if (stopped.aborted) return 'again'
    log.error({ id, ...describeError(error) }, message)
    return problemOf(error).kind === 'bad_token' ? 'bad_token' : 'again'
  }

  return {
    async deal(items) {
      const dealt = await Promise.all(items.map((item) => (item.kind === 'send' ? send(item) : clear(item))))
      if (dealt.includes('bad_token')) return 'bad_token'
      return dealt.includes('again') ? 'again' : 'done'
    },
  }
}
