import { button, element, timeOf } from './dom.js'
import { formatted } from './entities.js'

/** One message with its buttons. `act`: what can be done with it. */
export function renderMessage(message, act) {
  const { mine, kind, text, entities, document: file, forwarded_from: from } = message
  const body =
    kind === 'users_shared' || kind === 'contact' || kind === 'photo'
      ? element('p', { class: 'text attachment' }, attachment(message))
      : text === ''
        ? null
        : element('div', { class: 'text' }, formatted(text, entities, act))
  return element(
    'li',
    { class: `message ${mine ? 'mine' : 'theirs'}`, 'data-id': message.id },
    element(
      'div',
      { class: 'bubble' },
      element('span', { class: 'hidden' }, mine ? 'You: ' : 'Usher: '),
      from === undefined ? null : element('p', { class: 'forwarded' }, `Forwarded from ${from}`),
      file ? fileNode(file) : null,
      body,
      element('span', { class: 'meta' }, message.edited ? 'edited ' : '', timeOf(message.date)),
    ),
    message.buttons.length > 0 ? buttonsNode(message, act) : null,
  )
}

function attachment({ kind, text }) {
  const what = text.replace(/^\[|\]$/g, '')
  if (kind === 'users_shared') return `👤 ${what.replace(/^picked: /, 'Shared person ')}`
  return kind === 'contact' ? `📇 ${what.replace(/^contact: /, 'Contact: ')}` : '🖼 Photo'
}

function buttonsNode(message, act) {
  return element(
    'div',
    { class: 'buttons' },
    message.buttons.map((row, line) =>
      element(
        'div',
        { class: 'row' },
        row.map((one, column) => {
          const key = `${line}.${column}`
          if (one.url !== undefined) return linkButton(one, key, act)
          return button(one.text, {
            'data-key': key,
            'aria-busy': act.isBusy(message.id, one.data) ? 'true' : undefined,
            onclick: () => act.tap(message.id, one.data),
          })
        }),
      ),
    ),
  )
}

function linkButton({ text, url }, key, act) {
  const [link] = formatted(text, [{ type: 'text_link', offset: 0, length: text.length, url }], act)
  link.dataset.key = key
  link.className = 'link-button'
  return link
}

function fileNode({ file_name, file_size, text }) {
  const name = element('span', { class: 'file-name' }, `📄 ${file_name}`)
  const size = element('small', {}, sizeOf(file_size))
  if (text === undefined) return element('p', { class: 'file' }, name, ' ', size)
  return element(
    'details',
    { class: 'file' },
    element('summary', {}, name, ' ', size),
    element('pre', { tabindex: '0' }, text),
  )
}

const sizeOf = (bytes) => (bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`)
