import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { readEnvironment } from '../../../src/config/environment.ts'
import { readToken } from '../../../src/config/token.ts'
import { loadText, self } from './load-text.ts'

const TOKEN = '123456:AAHsecretsecretsecretsecret-secret_x'
let folder: string
let config: Config
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-token-'))
  const loaded = loadText(`telegram: { token_file: ${folder}/token }`)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  config = loaded.config
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(name: string, text: string, mode: number): void {
  writeFileSync(join(folder, name), text)
  chmodSync(join(folder, name), mode)
}

const read = (variables: Record<string, string> = {}, uid = self) =>
  readToken(config, readEnvironment(variables), uid)

describe("the bot's token", () => {
  it('comes from systemd credentials before anything else, trimmed', () => {
    put('telegram-token', `${TOKEN}\n`, 0o400)
    put('token', '1:otherotherother', 0o600)
    expect(read({ CREDENTIALS_DIRECTORY: folder })).toMatchObject({ ok: true, token: TOKEN })
  })

  it('comes from the environment before the file, but not for uid 0', () => {
    put('token', '1:otherotherother', 0o600)
    expect(read({ USHER_TELEGRAM_TOKEN: TOKEN }, self === 0 ? 1 : self)).toMatchObject({
      ok: true,
      token: TOKEN,
    })
    if (self === 0)
      expect(read({ USHER_TELEGRAM_TOKEN: TOKEN }, 0)).toMatchObject({ token: '1:otherotherother' })
  })

  it('comes from the file when it is 0600', () => {
    put('token', ` ${TOKEN} \n`, 0o600)
    expect(read()).toMatchObject({ ok: true, token: TOKEN, source: `${folder}/token` })
  })

  it.each([0o644, 0o640, 0o602])('is refused from a file of mode %o', (mode) => {
    put('token', TOKEN, mode)
    expect(read()).toMatchObject({ ok: false })
  })

  it('that is missing is asked for in words', () => {
    expect(read()).toMatchObject({ ok: false, message: expect.stringContaining('BotFather') })
  })

  it.each(['', 'nonsense', `${TOKEN} ${TOKEN}`, 'abc:AAHsecretsecret', '12:short'])(
    'of the form %j is refused and not repeated in the message',
    (text) => {
      put('token', text, 0o600)
      const result = read()
      expect(result.ok).toBe(false)
      if (text !== '') expect(JSON.stringify(result)).not.toContain(text)
      expect(JSON.stringify(result)).not.toContain('secret')
    },
  )
})
