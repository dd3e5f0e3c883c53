/**
 * Makes an element. `properties` are attributes, `class`, `dataset.*`-free; functions under `on…` are listeners; `true`
 * sets an attribute without a value, `false`, `null` and `undefined` leave it out. Text children are always text, never mark-up.
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value)
    else made.setAttribute(key, value === true ? '' : String(value))
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined))
  return made
}

/** A plain button that is not a form's. */
export const button = (label, properties, ...children) =>
  element('button', { type: 'button', ...properties }, label, ...children)

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

/** Unix seconds as the time of day. */
export const timeOf = (seconds) => clock.format(new Date(seconds * 1000))
