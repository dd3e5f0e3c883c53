import { button, element } from './dom.js'

/**
 * Where somebody writes: the text, the menu of commands (also by typing "/"), what can be attached, and the keyboard that
 * the bot has put there. `act`: send, editLast, press, attach, start.
 */
export function createComposer({ phone, act }) {
  let state = { started: false, blocked: false, menu: [], keyboard: null }
  let editing = null
  let selected = -1
  const menuId = `menu-${phone}`

  const list = element('ul', {
    id: menuId,
    class: 'menu',
    role: 'listbox',
    'aria-label': 'Commands',
    hidden: true,
  })
  const text = element('input', {
    type: 'text',
    maxlength: 4096,
    'aria-label': 'Message',
    placeholder: 'Message',
    autocomplete: 'off',
    role: 'combobox',
    'aria-expanded': 'false',
    'aria-controls': menuId,
    'aria-autocomplete': 'list',
    oninput: () => showMenu(matching()),
    onkeydown: onKey,
    onblur: () => setTimeout(() => showMenu([]), 150),
  })
  const menuButton = button('Menu', {
    class: 'menu-button',
    'aria-haspopup': 'listbox',
    onclick: () => {
      if (!list.hidden) return showMenu([])
      showMenu(state.menu)
      text.focus()
    },
  })
  const attachments = element(
    'div',
    { class: 'attachments', hidden: true },
    ...Object.entries({
      own: 'Share my contact',
      contact: "Share somebody's contact …",
      forward: 'Forward a message of …',
      photo: 'Send a photo',
      block: 'Block the bot',
    }).map(([what, label]) =>
      button(label, {
        onclick: () => {
          toggleAttachments(false)
          act.attach(what)
        },
      }),
    ),
  )
  const attachButton = button('+', {
    class: 'attach',
    'aria-label': 'Attach',
    'aria-expanded': 'false',
    onclick: () => toggleAttachments(attachments.hidden),
  })
  const sendButton = element('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, '➤')
  const hint = element('p', { class: 'editing', hidden: true }, 'Editing your last message; Esc leaves it')
  const form = element(
    'form',
    { class: 'write', onsubmit: submit },
    menuButton,
    attachButton,
    text,
    sendButton,
  )
  const startButton = button('Start', { class: 'start', onclick: () => act.start() })
  const keyboard = element('div', { class: 'keyboard', 'aria-label': 'Keyboard of the bot', role: 'group' })
  const node = element(
    'div',
    {
      class: 'composer',
      onkeydown: (event) => {
        if (event.key === 'Escape') toggleAttachments(false)
      },
    },
    hint,
    list,
    attachments,
    form,
    startButton,
    keyboard,
  )

  function toggleAttachments(open) {
    attachments.hidden = !open
    attachButton.setAttribute('aria-expanded', String(open))
  }

  function matching() {
    const typed = text.value
    if (!/^\/[a-z0-9_]*$/.test(typed)) return []
    return state.menu.filter(({ command }) => `/${command}`.startsWith(typed))
  }

  function showMenu(commands) {
    selected = -1
    text.removeAttribute('aria-activedescendant')
    list.hidden = commands.length === 0
    text.setAttribute('aria-expanded', String(!list.hidden))
    list.replaceChildren(
      ...commands.map(({ command, description }, index) =>
        element(
          'li',
          {
            id: `${menuId}-${index}`,
            role: 'option',
            'aria-selected': 'false',
            onmousedown: (event) => event.preventDefault(),
            onclick: () => choose(command),
          },
          element('strong', {}, `/${command}`),
          ' ',
          element('span', {}, description),
        ),
      ),
    )
  }

  function choose(command) {
    showMenu([])
    text.value = ''
    act.send(`/${command}`)
    text.focus()
  }

  function select(index) {
    const options = [...list.children]
    selected = (index + options.length) % options.length
    options.forEach((option, at) => {
      option.setAttribute('aria-selected', String(at === selected))
    })
    options[selected].scrollIntoView({ block: 'nearest' })
    text.setAttribute('aria-activedescendant', options[selected].id)
  }

  function onKey(event) {
    if (event.isComposing) return
    const open = !list.hidden
    if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      select(selected + (event.key === 'ArrowDown' ? 1 : selected < 0 ? 0 : -1))
    } else if (open && selected >= 0 && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault()
      choose(list.children[selected].querySelector('strong').textContent.slice(1))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      form.requestSubmit()
    } else if (event.key === 'ArrowUp' && text.value === '') {
      const last = act.lastOwn()
      if (!last) return
      event.preventDefault()
      edit(last)
    } else if (event.key === 'Escape') {
      showMenu([])
      if (editing) edit(null)
    }
  }

  function edit(message) {
    editing = message
    hint.hidden = message === null
    text.value = message?.text ?? ''
  }

  function submit(event) {
    event.preventDefault()
    const value = text.value.trim()
    if (value === '') return
    if (editing) act.edit(editing.id, value)
    else act.send(value)
    edit(null)
    showMenu([])
    text.focus()
  }

  function renderKeyboard(rows) {
    keyboard.hidden = rows === null
    keyboard.replaceChildren(
      ...(rows ?? []).map((row) =>
        element(
          'div',
          { class: 'row' },
          row.map((one) => button(one.text, { onclick: () => act.press(one) })),
        ),
      ),
    )
  }

  return {
    node,
    focus: () => (state.started && !state.blocked ? text : startButton).focus(),
    update(next) {
      const before = JSON.stringify(state.keyboard)
      const hadFocus = document.activeElement === startButton
      state = next
      const writes = next.started && !next.blocked
      form.hidden = !writes
      startButton.hidden = writes
      startButton.textContent = next.blocked ? 'Unblock and restart' : 'Start'
      menuButton.hidden = next.menu.length === 0
      if (hadFocus && writes) text.focus()
      if (JSON.stringify(next.keyboard) !== before || keyboard.childElementCount === 0) {
        renderKeyboard(writes ? next.keyboard : null)
      }
    },
  }
}
