/** Who may drive the page: only who knows its address, and only from the page itself. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** The part of a request that says where it comes from and where it wants to go. */
export interface Knock {
  method: string
  /** Origin-form: begins with a slash. */
  url: string
  host: string | undefined
  origin: string | undefined
  /** `Sec-Fetch-Site`, which every current browser sends and no page can set. */
  site: string | undefined
  contentType: string | undefined
}

export type Entry = { ok: true; path: string } | { ok: false; status: 403 | 404 | 405 | 415 }

/**
 * Looks at one request. `path` is what follows the token, without the first slash and the query. Another user of this
 * machine can connect but does not know the token; a foreign page in the same browser (also one that rebinds its name to
 * loopback) fails at Host, Origin or Sec-Fetch-Site. A wrong token answers like a page that does not exist.
 */
export function letIn(knock: Knock, door: { port: number; token: string }): Entry {
  const hosts = [`127.0.0.1:${door.port}`, `localhost:${door.port}`]
  if (knock.host === undefined || !hosts.includes(knock.host)) return { ok: false, status: 403 }
  if (knock.origin !== undefined && knock.origin !== `http://${knock.host}`) return { ok: false, status: 403 }
  const path = knock.url.split('?')[0] ?? ''
  const [, token = '', ...rest] = path.split('/')
  if (!same(token, door.token) || rest.length === 0) return { ok: false, status: 404 }
  const reading = knock.method === 'GET' || knock.method === 'HEAD'
  // A link from elsewhere may open the page itself, for the address is the secret; it may do nothing else.
  const opensPage = reading && rest.join('/') === ''
  const ownSite = knock.site === undefined || knock.site === 'same-origin' || knock.site === 'none'
  if (!ownSite && !opensPage) return { ok: false, status: 403 }
  if (reading) return { ok: true, path: rest.join('/') }
  if (knock.method !== 'POST') return { ok: false, status: 405 }
  if (knock.origin === undefined) return { ok: false, status: 403 }
  if (knock.contentType !== 'application/json') return { ok: false, status: 415 }
  return { ok: true, path: rest.join('/') }
}

function same(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
