import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runInProcess } from '../../support/cli/run-cli.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

let server: ProtocolServer
beforeEach(async () => {
  server = await startProtocolServer('admin.sock')
})
afterEach(() => server.close())

const SECRET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const factor = {
  ...{ telegram_id: 42, name: 'Ada', state: 'active' as const },
  ...{ enrolled_at: 0, failures: 0 },
}
const bodies = (operation: string) =>
  server.seen.filter(({ path }) => path === `/v1/${operation}`).map(({ body }) => body)

describe('usher totp enroll', () => {
  beforeEach(() => {
    const uri = `otpauth://totp/Usher:Ada?secret=${SECRET}`
    server.handlers['totp.enroll'] = () => ({ telegram_id: 42, name: 'Ada', secret: SECRET, uri })
    server.handlers['totp.prove'] = () => ({ factor })
  })

  it('shows a QR code, the address and the secret for typing, and counts only with a code', async () => {
    const run = await runInProcess(['totp', 'enroll', 'ada'], {
      folder: server.folder,
      terminal: { answers: [['six digits that the app shows', '123 456\r']] },
    })
    expect(run.status).toBe(0)
    expect(run.stdout).toContain('ABCD EFGH IJKL')
    expect(run.stdout).toContain('otpauth://totp/')
    expect(run.stdout.match(/[█▀▄]{8,}/g)?.length).toBeGreaterThan(10)
    expect(bodies('totp.prove')).toEqual([{ telegram_id: 42, code: '123 456' }])
    expect(run.stdout).toContain('counts from now on')
  })

  it('without a terminal asks for no secret at all', async () => {
    const run = await runInProcess(['totp', 'enroll', 'ada', '--json'], { folder: server.folder })
    expect(run.status).toBe(2)
    expect(server.seen.filter(({ path }) => path === '/v1/totp.enroll')).toEqual([])
    expect(run.stdout).not.toContain(SECRET)
  })
})

describe('what root does against a thief', () => {
  it('freeze and unfreeze say how things stand', async () => {
    server.handlers['chat.freeze'] = () => ({ frozen: { at: 0, by: 'operator', why: 'asked' } })
    server.handlers['chat.unfreeze'] = () => ({ ended: true })
    const frozen = await runInProcess(['freeze'], { folder: server.folder })
    expect([frozen.status, frozen.stdout]).toEqual([0, expect.stringContaining('are frozen since')])
    // Single-user mode: there is no root to wait for.
    expect(frozen.stdout).toContain('by you')
    expect(frozen.stdout).not.toMatch(/sudo|uid 0/)
    const ended = await runInProcess(['unfreeze', '--json'], { folder: server.folder })
    expect(ended.json()).toEqual({ ok: true, ended: true })
  })

  it('revoke takes an id and a reason, and nothing that is no id', async () => {
    server.handlers['telegram.revoke'] = ({ telegram_id, reason = null }) => ({
      revoked: { telegram_id, at: 0, reason },
    })
    const argv = ['telegram', 'revoke', '42', '--reason', 'lost']
    expect((await runInProcess(argv, { folder: server.folder })).status).toBe(0)
    expect(bodies('telegram.revoke')).toEqual([{ telegram_id: 42, reason: 'lost' }])
    for (const id of ['ada', '0', '-4', '1e9']) {
      const run = await runInProcess(['telegram', 'revoke', '--', id], { folder: server.folder })
      expect(run.status).toBe(2)
    }
    expect(bodies('telegram.revoke')).toHaveLength(1)
  })

  it('totp status and list say who, without any secret', async () => {
    server.handlers['totp.list'] = () => ({ factors: [{ ...factor, state: 'disabled', failures: 20 }] })
    server.handlers['telegram.list'] = () => ({ revoked: [{ telegram_id: 7, at: 0, reason: 'a\u001b[2Jb' }] })
    const status = await runInProcess(['totp', 'status'], { folder: server.folder })
    expect(status.stdout).toContain('Ada, Telegram id 42: switched off')
    const list = await runInProcess(['telegram', 'list'], { folder: server.folder })
    expect(list.stdout).toContain('7 since')
    expect(list.stdout).not.toContain('\u001b[2J')
  })
})
