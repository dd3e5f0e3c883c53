import { randomInt } from 'node:crypto'

const DIGITS = 8

/** A new one-time code: eight digits, each as likely as any other. */
export function newCode(): string {
  return String(randomInt(0, 10 ** DIGITS)).padStart(DIGITS, '0')
}

/** As people read and type it: `1234 5678`. */
export function grouped(code: string): string {
  return `${code.slice(0, DIGITS / 2)} ${code.slice(DIGITS / 2)}`
}

/** The code that a message is, typed with or without gaps or carried by a deep link (`/start CODE`); null when it is none. */
export function codeOf(text: string): string | null {
  const said = /^\/start(?:@\w+)?\s+(.*)$/s.exec(text.trim())?.[1] ?? text.trim()
  const digits = said.replace(/[\s-]/g, '')
  return /^[0-9]{8}$/.test(digits) ? digits : null
}
