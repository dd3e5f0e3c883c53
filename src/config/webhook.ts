import type { Config, ConfigProblem } from './config.ts'
import { readTrusted } from './trusted-file.ts'

/** Where the bot hears Telegram's deliveries: behind a proxy, never on an address that others reach. */
export type WebhookListen = { host: string; port: number } | { path: string }

/** Deliveries instead of polling, as checked; the secret itself is read apart. */
export type Webhook = NonNullable<Config['telegram']['webhook']>

interface WebhookSection {
  url: string
  listen: string
  secret_file: string
}

/** What the section says, once `webhookProblems` found nothing. */
export function webhookOf(section: WebhookSection | undefined): Webhook | null {
  if (section === undefined) return null
  const listen = readListen(section.listen)
  return listen === null ? null : { url: section.url, listen, secretFile: section.secret_file }
}

/** What cannot be used of the section, all at once. */
export function webhookProblems(section: WebhookSection | undefined): ConfigProblem[] {
  if (section === undefined) return []
  const problems: ConfigProblem[] = []
  const url = new URL(section.url)
  const isLocal = url.protocol === 'http:' && LOOPBACK.includes(url.hostname)
  if (url.protocol !== 'https:' && !isLocal) {
    const message = `cannot use the scheme "${url.protocol}": Telegram delivers over https; the proxy in front of the bot ends it`
    problems.push({ key: 'telegram.webhook.url', message })
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    const message =
      'cannot use a URL with a user, password, query or fragment: give scheme, host and path only'
    problems.push({ key: 'telegram.webhook.url', message })
  }
  if (readListen(section.listen) === null) {
    const message = `cannot listen on ${JSON.stringify(section.listen)}: use 127.0.0.1:PORT, [::1]:PORT or the absolute path of a Unix socket; a proxy in front of it talks to the world`
    problems.push({ key: 'telegram.webhook.listen', message })
  }
  return problems
}

/** `message` is for people, and never has the secret. */
export type WebhookSecretResult = { ok: true; secret: string } | { ok: false; message: string }

/** The secret that Telegram sends along with each delivery (Bot API, setWebhook, `secret_token`), from its 0600 file. */
export function readWebhookSecret(file: string, uid: number): WebhookSecretResult {
  const advice = `make one with: openssl rand -hex 32 | install -m 0600 -o BOT-ACCOUNT /dev/stdin ${file}`
  const read = readTrusted(file, { owners: [0, uid], parents: false, forbiddenMode: 0o077, maxBytes: 4096 })
  if (!read.ok) return { ok: false, message: `${read.message}; ${advice}` }
  const secret = read.text.trim()
  if (/^[A-Za-z0-9_-]{32,256}$/.test(secret)) return { ok: true, secret }
  const message = `cannot use the secret in ${file}: it must be 32 to 256 letters, digits, '_' and '-'; ${advice}`
  return { ok: false, message }
}

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost']

function readListen(text: string): WebhookListen | null {
  if (/^\/[^\0]{0,106}$/.test(text) && !text.endsWith('/')) return { path: text }
  const match = /^(127\.0\.0\.1|\[::1\]):([1-9][0-9]{0,4})$/.exec(text)
  const [, host, port] = match ?? []
  if (host === undefined || Number(port) > 65_535) return null
  return { host: host.replace(/[[\]]/g, ''), port: Number(port) }
}
