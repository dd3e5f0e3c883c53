import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-bot-main-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function usherBot(...args: string[]) {
  const argv = ['--disable-warning=ExperimentalWarning', 'src/launch.js', 'bot', ...args]
  const env = { PATH: '/usr/bin:/bin', HOME: folder }
  return spawnSync(process.execPath, argv, { encoding: 'utf8', env, timeout: 20_000 })
}

it('prints one document with every problem of its config, and the same in words without --json', {
  timeout: 30_000,
}, () => {
  const file = join(folder, 'config.yaml')
  writeFileSync(file, 'telegrm: {}\ndefaults: { max_budget: -1 }\n', { mode: 0o600 })
  const asJson = usherBot('--config', file, '--json')
  expect(asJson.status).toBe(2)
  expect(JSON.parse(asJson.stdout)).toMatchObject({
    ok: false,
    error: {
      code: 'invalid',
      violations: [
        { field: 'defaults.max_budget', code: 'config_invalid' },
        { field: 'telegrm', code: 'config_invalid' },
      ],
    },
  })
  const inWords = usherBot('--config', file)
  expect(inWords).toMatchObject({ status: 2, stdout: '' })
  expect(inWords.stderr).toContain('telegrm: cannot use the unknown key "telegrm"')
})

it('refuses arguments that it does not know in one document too', { timeout: 30_000 }, () => {
  const { status, stdout } = usherBot('--poll', '--json')
  expect(status).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'bad_request', violations: [] } })
})
