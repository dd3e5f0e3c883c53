import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AccessView, BlockView, InvitationView } from '../../../src/protocol/views-access.ts'
import { type CliOptions, runInProcess } from '../../support/cli/run-cli.ts'
import { requestView } from '../../support/cli/views.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

let server: ProtocolServer
beforeEach(async () => {
  server = await startProtocolServer('admin.sock')
})
afterEach(() => server.close())

const cli = (argv: string[], options: Partial<CliOptions> = {}) =>
  runInProcess(argv, { folder: server.folder, ...options })
const asked = (operation: string) =>
  server.seen.filter(({ path }) => path === `/v1/${operation}`).map(({ body }) => body)

const AT = Date.UTC(2026, 10, 21, 5, 5)

function accessView(change: Partial<AccessView> = {}): AccessView {
  return {
    ...{ id: 3, telegram_id: 4242, name: 'Ada Lovelace', telegram_name: 'Ada\u202e', username: 'ada_l' },
    ...{
      github: 'ada-l',
      note: 'for the engine',
      language: 'de',
      role: null,
      os_user: null,
      invitation: null,
    },
    ...{ state: 'waiting', asked_at: AT, expires_at: AT, decided_at: null, decided_by: null },
    ...{ reason: null, request_id: null },
    ...change,
  }
}

function invitationView(change: Partial<InvitationView> = {}): InvitationView {
  return {
    ...{ id: 5, role: 'user', os_user: 'ada', note: 'from the club', state: 'open', created_at: AT },
    ...{ created_by: { key: 'operator', name: null }, expires_at: AT, opened_by: null, opened_at: null },
    ...{ ended_at: null, access_id: null },
    ...change,
  }
}

const block: BlockView = { telegram_id: 5151, by: { key: 'operator', name: null }, at: AT, reason: 'spam' }

describe('usher access', () => {
  it('lists who asks and waits, and with --all everybody', async () => {
    server.handlers['access.list'] = () => ({
      access: [accessView({ invitation: { id: 5, by: { key: 'telegram:7', name: 'Grace' } }, role: 'user' })],
      more: true,
    })
    const run = await cli(['access', 'list'])
    expect(run.stdout).toContain(
      '3: Ada Lovelace, Telegram id 4242: waits for an admin, invited by Grace as user',
    )
    expect(run.stdout).toContain("older ones: 'usher access list --before 3'")
    await cli(['access', 'list', '--all', '--before', '3'])
    expect(asked('access.list')).toEqual([{ open: true }, { open: false, before: 3 }])
    expect((await cli(['access', 'list', '--json'])).json()).toMatchObject({
      ok: true,
      access: [{ id: 3 }],
      more: true,
    })
  })

  it('says so when nobody asks', async () => {
    server.handlers['access.list'] = () => ({ access: [], more: false })
    expect((await cli(['access', 'list'])).stdout).toContain('nobody asks for access')
    expect((await cli(['access', 'list', '--all'])).stdout).toContain('nobody has asked for access')
  })

  it('shows all that somebody wrote, harmless, and how it goes on', async () => {
    server.handlers['access.get'] = () => ({ access: accessView() })
    const { stdout } = await cli(['access', 'show', '3'])
    for (const part of [
      'Access request 3: waits for an admin',
      'Telegram id 4242, proven; shown as: Ada\\u202e',
      'username: @ada_l',
      'GitHub: ada-l',
      'note: for the engine',
      "'usher adduser --access 3 --os-user NAME --role ROLE'",
    ]) {
      expect(stdout).toContain(part)
    }
    expect(stdout).not.toContain('\u202e')
  })

  it('shows what became of it', async () => {
    server.handlers['access.get'] = () => ({
      access: accessView({
        ...{ state: 'denied', reason: 'no', decided_at: AT, request_id: 7 },
        ...{ decided_by: { key: 'telegram:7', name: 'Grace' }, os_user: 'ada', role: 'user' },
        invitation: { id: 5, by: { key: 'operator', name: null } },
      }),
    })
    const { stdout } = await cli(['access', 'show', '3'])
    expect(stdout).toContain('by Grace at 2026-11-21 05:05 UTC')
    expect(stdout).toContain('reason: no')
    expect(stdout).toContain("request 7: 'usher request show 7'")
    expect(stdout).toContain('(invitation 5)')
    expect(stdout).not.toContain('adduser --access')
  })

  it('denies with a reason', async () => {
    server.handlers['access.deny'] = () => ({ access: accessView({ state: 'denied' }) })
    const run = await cli(['access', 'deny', '3', '--reason', 'ask again in March'])
    expect([run.status, run.stdout]).toEqual([0, expect.stringContaining('access request 3 is denied')])
    expect(asked('access.deny')).toEqual([{ id: 3, reason: 'ask again in March' }])
  })
})

describe('usher adduser --access', () => {
  it('takes who it is from the access request and its invitation, and drafts through it', async () => {
    server.handlers['access.get'] = () => ({ access: accessView({ role: 'user', os_user: 'ada' }) })
    server.handlers['access.complete'] = () => ({
      access: accessView({ state: 'completed', request_id: 7 }),
      request: requestView(),
    })
    server.handlers['request.submit'] = () => ({
      request: requestView({ state: 'submitted' }),
      claim_code: null,
    })
    const run = await cli(['adduser', '--access', '3', '--os-user', 'ada2', '--json'])
    expect([run.status, run.json()]).toMatchObject([0, { ok: true, request: { id: 7 } }])
    expect(asked('access.complete')).toMatchObject([
      { id: 3, answers: { name: 'Ada Lovelace', github: 'ada-l', role: 'user', os_user: 'ada2' } },
    ])
    expect(asked('access.complete')[0]).not.toHaveProperty('answers.telegram_id')
    expect(asked('request.draft')).toEqual([])
  })

  it('refuses another Telegram id', async () => {
    const run = await cli(['adduser', '--access', '3', '--telegram-id', '9', '--os-user', 'ada'])
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('cannot name another Telegram id')])
  })
})

describe('usher invite', () => {
  it('prints the link once, and says whom it is good for', async () => {
    const code = 'kJ3nPq0sT9v2LxYbZc1dEw'
    server.handlers['invite.create'] = () => ({
      invitation: invitationView(),
      code,
      link: `https://t.me/your_bot?start=${code}`,
    })
    const argv = [
      'invite',
      '--role',
      'user',
      '--expires',
      '3d',
      '--os-user',
      'ada',
      '--note',
      'from the club',
    ]
    const { stdout } = await cli(argv)
    expect(stdout).toContain('invitation 5 for the role user, good until 2026-11-21 05:05 UTC')
    expect(stdout).toContain(`https://t.me/your_bot?start=${code}\n`)
    expect(stdout).toContain('for whoever opens it first')
    expect(asked('invite.create')).toEqual([
      { role: 'user', expires_in: 3 * 86_400_000, os_user: 'ada', note: 'from the club' },
    ])
    expect((await cli([...argv, '--json'])).json()).toMatchObject({ ok: true, code, invitation: { id: 5 } })
  })

  it('prints the code where nobody knows what the bot is called', async () => {
    server.handlers['invite.create'] = () => ({
      invitation: invitationView(),
      code: 'kJ3nPq0sT9v2LxYbZc1dEw',
      link: null,
    })
    expect((await cli(['invite'])).stdout).toContain("'/start kJ3nPq0sT9v2LxYbZc1dEw'")
    expect(asked('invite.create')).toEqual([{ role: 'user' }])
  })

  it.each(['0d', '31d', 'soon', '30s'])('takes no invitation for %s', async (expires) => {
    const run = await cli(['invite', '--expires', expires])
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('from 1m to 30d')])
  })

  it('lists and revokes', async () => {
    server.handlers['invite.list'] = () => ({
      invitations: [
        invitationView({ state: 'opened', opened_by: { key: 'telegram:4242', name: null }, opened_at: AT }),
      ],
      more: false,
    })
    const { stdout } = await cli(['invites'])
    expect(stdout).toContain('5: role user, account ada, opened by Telegram user 4242, by the operator')
    expect(stdout).toContain(': from the club')
    server.handlers['invite.revoke'] = () => ({ invitation: invitationView({ state: 'revoked' }) })
    expect((await cli(['invite', 'revoke', '5'])).stdout).toContain('invitation 5 is revoked')
    expect(asked('invite.revoke')).toEqual([{ id: 5 }])
  })
})

describe('usher block', () => {
  it('blocks, lists and unblocks', async () => {
    server.handlers['block.add'] = () => ({ block })
    server.handlers['block.list'] = () => ({ blocks: [block], more: false })
    server.handlers['block.remove'] = () => ({ block })
    expect((await cli(['block', '5151', '--reason', 'spam'])).stdout).toContain('Telegram id 5151 is blocked')
    expect((await cli(['blocked'])).stdout).toContain('Telegram id 5151, by the operator')
    expect((await cli(['unblock', '5151'])).stdout).toContain('is not blocked any more')
    expect(asked('block.add')).toEqual([{ telegram_id: 5151, reason: 'spam' }])
    expect(asked('block.remove')).toEqual([{ telegram_id: 5151 }])
  })

  it('says what the worker refuses', async () => {
    server.handlers['block.remove'] = () => ({
      error: { code: 'not_found', message: 'cannot unblock 1: nobody blocked them' },
    })
    const run = await cli(['unblock', '1'])
    expect([run.status, run.stderr]).toEqual([3, expect.stringContaining('nobody blocked them')])
    server.handlers['block.list'] = () => ({ blocks: [], more: false })
    expect((await cli(['blocked'])).stdout).toContain('nobody is blocked')
  })
})
