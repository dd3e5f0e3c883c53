import { button, element } from './dom.js'

const TAGS = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
  spoiler: 'span',
}

/**
 * A text with the marks that Telegram gives it, as nodes. Entities nest and never cross. `act.command` sends a command that
 * was clicked, `act.link` opens a link to the bot.
 */
export function formatted(text, entities, act) {
  const ordered = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length)
  return part(text, 0, text.length, ordered, act)
}

function part(text, from, to, entities, act) {
  const nodes = []
  let at = from
  let rest = entities
  while (rest.length > 0) {
    const [first, ...others] = rest
    const end = Math.min(first.offset + first.length, to)
    if (first.offset > at) nodes.push(...linked(text.slice(at, first.offset), act))
    const inner = others.filter((one) => one.offset < end)
    nodes.push(marked(first, text.slice(first.offset, end), part(text, first.offset, end, inner, act), act))
    at = end
    rest = others.filter((one) => one.offset >= end)
  }
  if (at < to) nodes.push(...linked(text.slice(at, to), act))
  return nodes
}

function marked(entity, text, inner, act) {
  if (entity.type === 'bot_command') return command(text, act)
  if (entity.type === 'text_link') return link(entity.url, inner, act)
  if (entity.type === 'spoiler') return element('span', { class: 'spoiler', tabindex: '0' }, inner)
  const tag = TAGS[entity.type]
  return tag === undefined ? element('span', {}, inner) : element(tag, {}, inner)
}

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]|(?<!\S)\/[a-z0-9_]{1,64}(?![a-z0-9_/])/gi

/** Links and commands in plain text, which a client finds by itself. */
function linked(text, act) {
  const nodes = []
  let at = 0
  for (const { 0: found, index } of text.matchAll(LINK)) {
    nodes.push(text.slice(at, index), found.startsWith('/') ? command(found, act) : link(found, [found], act))
    at = index + found.length
  }
  nodes.push(text.slice(at))
  return nodes.filter((node) => node !== '')
}

const command = (text, act) => button(text, { class: 'command', onclick: () => act.command(text) })

function link(url, inner, act) {
  const payload = startPayload(url, act.botUsername)
  if (payload !== null) return button('', { class: 'command', onclick: () => act.link(payload) }, inner)
  return element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, inner)
}

/** What a deep link to the bot carries; null for any other address. */
export function startPayload(url, botUsername) {
  if (!URL.canParse(url)) return null
  const { hostname, pathname, searchParams } = new URL(url)
  if (hostname !== 't.me' && hostname !== 'telegram.me') return null
  if (pathname.slice(1).toLowerCase() !== botUsername.toLowerCase()) return null
  return searchParams.get('start') ?? ''
}
