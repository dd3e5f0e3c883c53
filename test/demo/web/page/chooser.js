import { button, element } from './dom.js'

/**
 * Asks for one or more people in a dialog; resolves with their ids, or null when it was closed. With `option`, a check box,
 * also with whether it is checked.
 */
export function choosePeople({ title, people, max = 1, option = null }) {
  return new Promise((resolve) => {
    let chosen = null
    const box = option && element('input', { type: 'checkbox' })
    const close = (ids) => {
      chosen = ids && { ids, checked: box?.checked ?? false }
      dialog.close()
    }
    const rows = people.map(({ id, name, part }) =>
      max === 1
        ? button('', { class: 'person', onclick: () => close([id]) }, avatar(name), labels(name, part))
        : element(
            'label',
            { class: 'person' },
            element('input', { type: 'checkbox', value: id }),
            avatar(name),
            labels(name, part),
          ),
    )
    const checked = () =>
      [...dialog.querySelectorAll('.person input:checked')].map(({ value }) => Number(value))
    const dialog = element(
      'dialog',
      { class: 'chooser', 'aria-label': title },
      element('h2', {}, title),
      box && element('label', { class: 'option' }, box, option),
      element('div', { class: 'people' }, rows),
      element(
        'div',
        { class: 'actions' },
        button('Cancel', { class: 'quiet', onclick: () => close(null) }),
        max === 1 ? null : button('Send', { onclick: () => close(checked()) }),
      ),
    )
    show(dialog, () => resolve(chosen))
  })
}

/** Shows a text until it is confirmed, as Telegram does with the loud answers of buttons. */
export function alertText(text) {
  const dialog = element(
    'dialog',
    { class: 'alert', 'aria-label': 'Usher says' },
    element('p', {}, text),
    element('div', { class: 'actions' }, button('OK', { onclick: () => dialog.close() })),
  )
  show(dialog, () => {})
}

function show(dialog, closed) {
  dialog.addEventListener('close', () => {
    dialog.remove()
    closed()
  })
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  document.body.append(dialog)
  dialog.showModal()
}

const labels = (name, part) =>
  element('span', { class: 'labels' }, element('strong', {}, name), element('small', {}, part))

export function avatar(name) {
  const initials = name
    .split(' ')
    .map(([first]) => first)
    .join('')
  return element(
    'span',
    { class: `avatar tone-${initials.charCodeAt(0) % 4}`, 'aria-hidden': 'true' },
    initials,
  )
}
