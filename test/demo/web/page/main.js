/** The page: two phones side by side, or one behind the other on a narrow screen. */
import { createAnnouncer } from './announce.js'
import { choosePeople } from './chooser.js'
import { button, element } from './dom.js'
import { drawHints, hintsFor } from './hints.js'
import { createHostPanel } from './host.js'
import { createPhone } from './phone.js'
import { endDemo, follow, perform } from './server.js'

const at = (id) => document.getElementById(id)
const announce = createAnnouncer(at('announcer'))
const showHost = createHostPanel(at('host'))
const chats = new Map()
let phones = []
let tabs = []
let hints = []
let host = null

const CONNECTION = {
  open: 'Live',
  lost: 'Connection lost, trying again …',
  ended: 'The demo has ended. Nothing of it is left on your machine.',
}

follow({
  cast({ cast, play }) {
    // Told anew after a lost connection: what was deleted meanwhile is not told, so everything counts as new.
    chats.clear()
    if (phones.length === 0) open(cast, play)
  },
  phone({ phone, changed, gone }) {
    const before = chats.get(phone.person)
    chats.set(phone.person, { ...phone, messages: merged(before?.messages ?? [], changed, gone) })
    const isFirst = before === undefined
    for (const [index, side] of phones.entries()) {
      if (side.person().id !== phone.person) continue
      side.update(isFirst ? undefined : { changed })
      if (!isFirst && changed.some(({ mine }) => !mine)) noteOnTab(index)
    }
    drawHints(at('hints'), hints, chats, host)
  },
  host(next) {
    host = next
    showHost(host)
    drawHints(at('hints'), hints, chats, host)
  },
  connection(state) {
    at('connection').textContent = CONNECTION[state]
    document.body.dataset.connection = state
    if (state === 'ended') at('end').hidden = true
  },
})

at('end').addEventListener('click', () => void endDemo())

function open(cast, play) {
  const byId = (id) => cast.find((one) => one.id === id)
  hints = hintsFor({ ...play, admin: byId(play.admin), newcomer: byId(play.newcomer) })
  at('about').textContent =
    play.mode === 'system'
      ? 'Bot and worker are the real ones, on a private copy of this machine. Only Telegram is played, by a server on loopback. Nothing stays behind.'
      : 'Bot and worker are the real ones, in single-user mode with your own account and a scratch folder. Only Telegram is played, by a server on loopback. Nothing stays behind.'
  const openLink = async (payload) => {
    const chosen = await choosePeople({ title: 'Who opens this link?', people: cast })
    if (!chosen) return
    const [id] = chosen.ids
    if (!phones.some((phone) => phone.person().id === id)) phones[1].switchTo(id)
    await perform({ act: 'start', person: id, ...(payload === '' ? {} : { payload }) })
  }
  phones = ['left', 'right'].map((side, index) =>
    createPhone({
      side,
      cast,
      botUsername: play.botUsername,
      chats,
      announce,
      on: { openLink, switched: (person) => nameTab(index, person) },
    }),
  )
  tabs = ['phone-left', 'phone-right', 'guide'].map((panel, index) =>
    button('', {
      role: 'tab',
      id: `tab-${index}`,
      'aria-controls': panel,
      onclick: () => showTab(index),
      onkeydown: ({ key }) => {
        if (key !== 'ArrowLeft' && key !== 'ArrowRight') return
        const next = (index + (key === 'ArrowRight' ? 1 : 2)) % 3
        showTab(next)
        tabs[next].focus()
      },
    }),
  )
  tabs[2].append('Guide', element('small', {}, 'what to try'))
  at('tabs').replaceChildren(...tabs)
  at('phones').replaceChildren(...phones.map(({ node }) => node))
  phones[0].switchTo(play.admin)
  phones[1].switchTo(play.newcomer)
  showTab(0)
}

function nameTab(index, person) {
  if (!tabs[index]) return
  tabs[index].replaceChildren(`${person.name.split(' ')[0]} `, element('small', {}, person.part))
}

function showTab(index) {
  document.body.dataset.tab = String(index)
  for (const [one, tab] of tabs.entries()) {
    tab.setAttribute('aria-selected', String(one === index))
    tab.tabIndex = one === index ? 0 : -1
  }
  tabs[index].querySelector('.unread')?.remove()
}

function noteOnTab(index) {
  const tab = tabs[index]
  if (!tab || document.body.dataset.tab === String(index) || tab.querySelector('.unread')) return
  tab.append(element('span', { class: 'unread' }, 'new'))
}

function merged(messages, changed, gone) {
  const all = new Map(messages.map((message) => [message.id, message]))
  for (const message of changed) all.set(message.id, message)
  for (const id of gone) all.delete(id)
  return [...all.values()].sort((a, b) => a.id - b.id)
}
