import { describe, expect, test } from 'vitest'
import { type Knock, letIn } from '../../demo/web/gate.ts'

const door = { port: 4711, token: 'secret-of-this-start' }
const visit: Knock = {
  method: 'GET',
  url: '/secret-of-this-start/main.js',
  host: '127.0.0.1:4711',
  origin: undefined,
  site: 'same-origin',
  contentType: undefined,
}
const deed: Knock = {
  ...visit,
  method: 'POST',
  url: '/secret-of-this-start/act',
  origin: 'http://127.0.0.1:4711',
  contentType: 'application/json',
}

describe('the door of the web demo', () => {
  test.each([
    ['the page itself, opened by hand', { ...visit, url: '/secret-of-this-start/', site: 'none' }, ''],
    ['the page itself, from a link', { ...visit, url: '/secret-of-this-start/', site: 'cross-site' }, ''],
    ['a file of the page', visit, 'main.js'],
    ['a file asked for by the name localhost', { ...visit, host: 'localhost:4711' }, 'main.js'],
    ['a query is no part of the path', { ...visit, url: '/secret-of-this-start/events?x=/1' }, 'events'],
    ['an action of the page', deed, 'act'],
  ])('lets in: %s', (_, knock, path) => {
    expect(letIn(knock, door)).toEqual({ ok: true, path })
  })

  test.each([
    ['no token', { ...visit, url: '/' }, 404],
    ['a wrong token', { ...visit, url: '/secret-of-another-start/main.js' }, 404],
    ['a part of the token', { ...visit, url: '/secret-of-this/main.js' }, 404],
    ['the token without a slash', { ...visit, url: '/secret-of-this-start' }, 404],
    ['an absolute address', { ...visit, url: 'http://127.0.0.1:4711/secret-of-this-start/' }, 404],
    ['no host', { ...visit, host: undefined }, 403],
    ['a name that was bound to loopback', { ...visit, host: 'evil.example:4711' }, 403],
    ['another port', { ...visit, host: '127.0.0.1:4712' }, 403],
    ['a foreign page', { ...visit, origin: 'https://evil.example' }, 403],
    ['a file for a foreign page', { ...visit, site: 'cross-site' }, 403],
    ['an action without an origin', { ...deed, origin: undefined }, 403],
    ['an action from a page without an origin', { ...deed, origin: 'null' }, 403],
    ['an action from another port of this machine', { ...deed, origin: 'http://127.0.0.1:8080' }, 403],
    ['an action from a foreign site that hides its origin', { ...deed, site: 'same-site' }, 403],
    ["a form's action", { ...deed, contentType: 'text/plain' }, 415],
    ['another method', { ...deed, method: 'PUT' }, 405],
  ])('refuses: %s', (_, knock, status) => {
    expect(letIn(knock, door)).toEqual({ ok: false, status })
  })
})
