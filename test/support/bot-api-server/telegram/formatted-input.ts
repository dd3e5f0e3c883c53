import type { MessageEntity } from 'grammy/types'
import { type ApiFailure, badRequest } from '../api-result.ts'
import type { Params } from '../params.ts'
import { type FormattedText, parseHtml, trimFormatted } from './html.ts'

/**
 * The text (or caption) of a call with its formatting. Of the parse modes only HTML is known here: any other one gets
 * Telegram's answer for a mode that does not exist, so that nobody relies on Markdown that was never checked.
 */
export function readFormatted(
  params: Params,
  field: 'text' | 'caption',
): { ok: true; formatted: FormattedText } | ApiFailure {
  const raw = params.text(field) ?? ''
  const mode = params.text('parse_mode')?.toLowerCase() ?? ''
  if (mode === 'html') {
    const parsed = parseHtml(raw)
    return parsed.ok ? parsed : badRequest(`can't parse entities: ${parsed.reason}`)
  }
  if (mode !== '') return badRequest('unsupported parse_mode')
  const given = params.json(field === 'text' ? 'entities' : 'caption_entities')
  if (!given.ok || (given.value !== undefined && !Array.isArray(given.value))) {
    return badRequest("can't parse entities: expected an Array of MessageEntity")
  }
  const entities = (given.value ?? []) as MessageEntity[]
  return { ok: true, formatted: trimFormatted({ text: raw, entities }) }
}
