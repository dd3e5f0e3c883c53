import type { MessageEntity } from 'grammy/types'

/** Text with its formatting, as Telegram stores it: offsets and lengths count UTF-16 code units. */
export interface FormattedText {
  text: string
  entities: MessageEntity[]
}

export type HtmlOutcome = { ok: true; formatted: FormattedText } | { ok: false; reason: string }

interface OpenTag {
  name: string
  argument: string
  offset: number
}

const KNOWN_TAGS =
  /^(a|b|strong|i|em|s|strike|del|u|ins|tg-spoiler|tg-emoji|tg-time|span|pre|code|blockquote)$/

const NAMED_ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' }

/**
 * Parses `parse_mode: HTML` with the rules and the error texts of TDLib's `parse_html`
 * (tdlib/td, td/telegram/MessageEntity.cpp): unknown, unbalanced and unclosed tags are refused with their byte offset.
 */
export function parseHtml(html: string): HtmlOutcome {
  const open: OpenTag[] = []
  const entities: MessageEntity[] = []
  let text = ''
  let at = 0
  const refuse = (reason: string, position: number): HtmlOutcome => ({
    ok: false,
    reason: `${reason} at byte offset ${Buffer.byteLength(html.slice(0, position))}`,
  })

  while (at < html.length) {
    const char = html[at]!
    if (char === '&') {
      const decoded = decodeEntity(html, at)
      text += decoded?.char ?? '&'
      at = decoded?.end ?? at + 1
      continue
    }
    if (char !== '<') {
      text += char
      at += 1
      continue
    }
    const begin = at
    if (html[begin + 1] === '/') {
      const tag = open.at(-1)
      if (!tag) return refuse('Unexpected end tag', begin)
      const end = /^<\/([^\s>]*)\s*>/.exec(html.slice(begin))
      if (!end) return { ok: false, reason: `Unclosed end tag at byte offset ${byteOffset(html, begin)}` }
      const found = end[1]!.toLowerCase()
      if (found !== '' && found !== tag.name) {
        const where = byteOffset(html, begin)
        return {
          ok: false,
          reason: `Unmatched end tag at byte offset ${where}, expected "</${tag.name}>", found "</${found}>"`,
        }
      }
      open.pop()
      const entity = entityOf(tag, text.length - tag.offset)
      if (entity) entities.push(entity)
      at = begin + end[0].length
      continue
    }
    const name = /^<([^\s>]*)/.exec(html.slice(begin))![1]!.toLowerCase()
    if (begin + 1 + name.length >= html.length) return refuse('Unclosed start tag', begin)
    if (!KNOWN_TAGS.test(name)) return refuse(`Unsupported start tag "${name}"`, begin)
    const attributes = readAttributes(html, begin, name, begin + 1 + name.length)
    if (!attributes.ok) return refuse(attributes.reason, attributes.position)
    if (name === 'span' && attributes.values['class'] !== 'tg-spoiler') {
      return refuse('Tag "span" must have class "tg-spoiler"', begin)
    }
    open.push({ name, argument: argumentOf(name, attributes.values), offset: text.length })
    at = attributes.end
  }
  const unclosed = open.at(-1)
  if (unclosed) {
    const reason = `Can't find end tag corresponding to start tag "${unclosed.name}"`
    return { ok: false, reason }
  }
  entities.sort((a, b) => a.offset - b.offset || b.length - a.length)
  return { ok: true, formatted: trimFormatted({ text, entities }) }
}

/** Strips white space at both ends, as Telegram does with every text, and moves the entities along. */
export function trimFormatted({ text, entities }: FormattedText): FormattedText {
  const start = text.length - text.trimStart().length
  const trimmed = text.trim()
  const moved = entities.flatMap((entity) => {
    const from = Math.max(entity.offset - start, 0)
    const to = Math.min(entity.offset + entity.length - start, trimmed.length)
    return to > from ? [{ ...entity, offset: from, length: to - from }] : []
  })
  return { text: trimmed, entities: moved }
}

const byteOffset = (html: string, position: number) => Buffer.byteLength(html.slice(0, position))

function decodeEntity(html: string, at: number): { char: string; end: number } | undefined {
  const match = /^&(?:#x([0-9a-f]{1,8})|#(\d{1,8})|(lt|gt|amp|quot));?/i.exec(html.slice(at, at + 16))
  if (!match) return undefined
  const [whole, hex, decimal, named] = match
  const end = at + whole.length
  if (named !== undefined) return { char: NAMED_ENTITIES[named.toLowerCase()]!, end }
  const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal)
  return code === 0 || code > 0x10ffff ? undefined : { char: String.fromCodePoint(code), end }
}

type Attributes =
  | { ok: true; values: Record<string, string>; end: number }
  | { ok: false; reason: string; position: number }

function readAttributes(html: string, begin: number, tag: string, from: number): Attributes {
  const values: Record<string, string> = {}
  const refuse = (reason: string): Attributes => ({ ok: false, reason, position: begin })
  let at = from
  for (;;) {
    at += /^\s*/.exec(html.slice(at))![0].length
    if (at >= html.length) return refuse(`Unclosed start tag "${tag}"`)
    if (html[at] === '>') return { ok: true, values, end: at + 1 }
    const name = /^[^\s=>]*/.exec(html.slice(at))![0].toLowerCase()
    if (name === '') return refuse(`Empty attribute name in the tag "${tag}"`)
    at += name.length
    const equals = /^\s*=\s*/.exec(html.slice(at))
    if (!equals) {
      if (tag === 'blockquote' && name === 'expandable') {
        values[name] = ''
        continue
      }
      return refuse(`Expected equal sign in declaration of an attribute of the tag "${tag}"`)
    }
    at += equals[0].length
    const quote = html[at]
    if (quote === '"' || quote === "'") {
      const close = html.indexOf(quote, at + 1)
      if (close < 0) return refuse(`Unclosed start tag "${tag}"`)
      values[name] = html
        .slice(at + 1, close)
        .replace(/&[^;]{1,9};/g, (raw) => decodeEntity(raw, 0)?.char ?? raw)
      at = close + 1
    } else {
      const token = /^[a-z0-9.-]*/i.exec(html.slice(at))![0]
      values[name] = token
      at += token.length
      if (at < html.length && !/[\s>]/.test(html[at]!)) return refuse('Unexpected end of name token')
    }
  }
}

function argumentOf(tag: string, attributes: Record<string, string>): string {
  if (tag === 'a') return attributes['href'] ?? ''
  if (tag === 'tg-emoji') return attributes['emoji-id'] ?? ''
  if (tag === 'code' || tag === 'pre') return /^language-(.*)$/.exec(attributes['class'] ?? '')?.[1] ?? ''
  if (tag === 'blockquote') return attributes['expandable'] === undefined ? '' : 'expandable'
  return ''
}

function entityOf(tag: OpenTag, length: number): MessageEntity | undefined {
  const range = { offset: tag.offset, length }
  if (length <= 0) return undefined
  switch (tag.name) {
    case 'b':
    case 'strong':
      return { type: 'bold', ...range }
    case 'i':
    case 'em':
      return { type: 'italic', ...range }
    case 'u':
    case 'ins':
      return { type: 'underline', ...range }
    case 's':
    case 'strike':
    case 'del':
      return { type: 'strikethrough', ...range }
    case 'span':
    case 'tg-spoiler':
      return { type: 'spoiler', ...range }
    case 'code':
      return { type: 'code', ...range }
    case 'pre':
      return tag.argument ? { type: 'pre', ...range, language: tag.argument } : { type: 'pre', ...range }
    case 'blockquote':
      return { type: tag.argument ? 'expandable_blockquote' : 'blockquote', ...range }
    case 'tg-emoji':
      return { type: 'custom_emoji', ...range, custom_emoji_id: tag.argument }
    case 'a':
      return linkEntity(tag.argument, range)
    default:
      return undefined
  }
}

/** Telegram drops a link whose address it cannot use; the text stays. */
function linkEntity(href: string, range: { offset: number; length: number }): MessageEntity | undefined {
  return URL.canParse(href) && /^(https?|tg|ton):/i.test(href)
    ? { type: 'text_link', ...range, url: href }
    : undefined
}
