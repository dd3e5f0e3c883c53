import { alertText, avatar, choosePeople } from './chooser.js'
import { createComposer } from './composer.js'
import { button, element } from './dom.js'
import { renderMessage } from './message.js'
import { perform } from './server.js'

const TOAST_MS = 4000
const TYPING_MS = 5000
const NEAR_END_PX = 80

/**
 * One side of the page: somebody's phone. `chats` holds what is known of every person, so that a side can change hands.
 * `on.switched(person)` is told when it did, `on.openLink(payload)` when a deep link to the bot was clicked.
 */
export function createPhone({ side, cast, botUsername, chats, announce, on }) {
  let person = cast[0]
  let shown = new Map()
  const busy = new Set()
  const answered = new Set()
  let typingTimer = null

  const choice = element(
    'select',
    { 'aria-label': 'Whose phone is this', onchange: () => switchTo(Number(choice.value)) },
    cast.map(({ id, name, part }) => element('option', { value: id }, `${name} · ${part}`)),
  )
  const face = element('span', { class: 'face' })
  const typing = element('p', { class: 'typing', hidden: true }, 'Usher is typing …')
  const list = element('ol', { class: 'messages', tabindex: '0' })
  const toast = element('div', { class: 'toast', role: 'status', hidden: true })
  const newer = button('↓ New messages', { class: 'newer', hidden: true, onclick: () => toEnd() })
  const composer = createComposer({
    phone: side,
    act: {
      start: () => act({ act: 'start' }),
      send: (text) => act({ act: 'send', text }),
      edit: (message, text) => act({ act: 'edit', message, text }),
      lastOwn: () => chat().messages.findLast(({ mine, kind }) => mine && kind === 'text') ?? null,
      press,
      attach,
    },
  })
  const node = element(
    'section',
    { class: 'phone', id: `phone-${side}`, 'aria-label': `Phone ${side === 'left' ? 1 : 2}` },
    element('header', {}, face, choice),
    element('div', { class: 'screen' }, list, newer, toast),
    typing,
    composer.node,
  )
  let pinned = true
  list.addEventListener('scroll', () => {
    pinned = isNearEnd()
    if (pinned) newer.hidden = true
  })
  // A keyboard of the bot takes its room from the messages.
  new ResizeObserver(() => pinned && toEnd()).observe(list)

  const chat = () => chats.get(person.id) ?? EMPTY
  const messageActs = {
    botUsername,
    command: (text) => act({ act: 'send', text }),
    link: (payload) => on.openLink(payload),
    isBusy: (message, data) => busy.has(`${message} ${data}`),
    tap,
  }

  async function act(action) {
    const outcome = await perform({ ...action, person: person.id })
    if (!outcome.ok) showToast(outcome.error)
    return outcome
  }

  async function tap(message, data) {
    const key = `${message} ${data}`
    if (busy.has(key)) return
    busy.add(key)
    redraw(message)
    const { ok, query } = await act({ act: 'tap', message, data })
    const rest = () => {
      busy.delete(key)
      redraw(message)
    }
    if (!ok) return rest()
    pending.set(query, rest)
    answerTaps()
    // A tap that nobody answers does not turn for ever.
    setTimeout(() => pending.get(query)?.(), 10_000)
  }

  const pending = new Map()

  function answerTaps() {
    for (const { query, text, alert } of chat().answers) {
      const rest = pending.get(query)
      if (!rest || answered.has(query)) continue
      answered.add(query)
      pending.delete(query)
      rest()
      if (text && alert) alertText(text)
      else if (text) showToast(text)
    }
  }

  async function press({ text, asks, max }) {
    if (asks !== 'users') return act({ act: 'press', button: text })
    const chosen = await choosePeople({ title: text, people: cast, max })
    if (chosen && chosen.ids.length > 0) await act({ act: 'pick', button: text, people: chosen.ids })
    composer.focus()
  }

  async function attach(what) {
    const others = cast.filter(({ id }) => id !== person.id)
    if (what === 'own') return act({ act: 'contact', of: person.id })
    if (what === 'photo' || what === 'block') return act({ act: what })
    if (what === 'contact') {
      const chosen = await choosePeople({ title: 'Whose contact?', people: others })
      return chosen && act({ act: 'contact', of: chosen.ids[0] })
    }
    const option = 'They hide who they are in forwarded messages'
    const chosen = await choosePeople({ title: 'Whose message?', people: others, option })
    return chosen && act({ act: 'forward', from: chosen.ids[0], hidden: chosen.checked })
  }

  let toastTimer = null
  function showToast(text) {
    toast.textContent = text
    toast.hidden = false
    clearTimeout(toastTimer)
    toastTimer = setTimeout(() => {
      toast.hidden = true
    }, TOAST_MS)
  }

  const isNearEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX
  function toEnd() {
    pinned = true
    list.scrollTop = list.scrollHeight
    newer.hidden = true
  }

  function redraw(id) {
    const message = chat().messages.find((one) => one.id === id)
    const old = shown.get(id)
    if (message && old) replace(old, message)
  }

  /** In place, and whoever stands on a button of it stays there. */
  function replace(old, message) {
    const key = old.node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined
    const made = renderMessage(message, messageActs)
    old.node.replaceWith(made)
    shown.set(message.id, { version: message.version, node: made })
    if (key !== undefined) (made.querySelector(`[data-key="${key}"]`) ?? list).focus({ preventScroll: true })
  }

  function draw() {
    const { messages } = chat()
    const ids = new Set(messages.map(({ id }) => id))
    for (const [id, { node: old }] of shown) {
      if (ids.has(id)) continue
      old.remove()
      shown.delete(id)
    }
    let added = false
    for (const message of messages) {
      const old = shown.get(message.id)
      if (old?.version === message.version) continue
      if (old) {
        replace(old, message)
        continue
      }
      const made = renderMessage(message, messageActs)
      shown.set(message.id, { version: message.version, node: made })
      list.append(made)
      added = true
    }
    list.classList.toggle('empty', messages.length === 0)
    list.dataset.empty = chat().started
      ? 'Nothing here yet'
      : `${person.name.split(' ')[0]} has not met the bot yet. Press Start.`
    if (pinned) toEnd()
    else if (added) newer.hidden = false
  }

  function drawTyping() {
    clearTimeout(typingTimer)
    typing.hidden = !chat().typing
    typingTimer = setTimeout(() => {
      typing.hidden = true
    }, TYPING_MS)
  }

  function update(news) {
    draw()
    drawTyping()
    composer.update(chat())
    answerTaps()
    for (const message of news?.changed ?? []) {
      if (!message.mine) announce(`${person.id} ${message.id}`, `${person.name}'s phone: ${message.text}`)
    }
  }

  function switchTo(id) {
    person = cast.find((one) => one.id === id) ?? person
    choice.value = String(person.id)
    face.replaceChildren(avatar(person.name))
    shown = new Map()
    list.replaceChildren()
    newer.hidden = true
    toast.hidden = true
    update()
    toEnd()
    on.switched(person)
  }

  return {
    node,
    person: () => person,
    switchTo,
    update,
    focus: () => composer.focus(),
  }
}

const EMPTY = {
  started: false,
  blocked: false,
  typing: false,
  menu: [],
  keyboard: null,
  messages: [],
  answers: [],
}
