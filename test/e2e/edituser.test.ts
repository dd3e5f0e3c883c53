import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { playOn } from '../support/stage/play.ts'
import { ALAN, type Newcomer, TREES } from '../support/stage/scene.ts'
import { SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

const roster = () => readFileSync(SYSTEM_PLACES.roster, 'utf8')

function adduser({ id, osUser }: Newcomer): string[] {
  const flags = ['--telegram-id', String(id), '--name', 'Ada', '--os-user', osUser, '--role', 'user']
  return ['adduser', ...flags, '--approve', '--wait']
}

describe('somebody on the roster', () => {
  const scene = playOn()

  test('gets another model and workspace from the chat, and usher run undo gives every byte back', async () => {
    const { grace, newcomer, usher, runOf } = scene()
    const ada = await newcomer()
    expect(await usher(adduser(ada))).toMatchObject({ status: 0 })
    writeFileSync(SYSTEM_PLACES.roster, `${roster()}# the last one is ${ada.osUser}\n`)
    const before = snapshotTrees(...TREES)
    await grace.sends(`/edituser ${ada.osUser}`)
    await grace.taps('Workspace')
    await grace.sends('{home}/deep/work')
    await grace.taps('Model')
    await grace.sends('no')
    await grace.taps('Review the change')
    const card = await grace.sees(/Model: not set → no/, { buttons: ['✅ Approve'] })
    await grace.taps(/Approve/, { on: card })
    const receipt = await grace.seesOn(card, /, receipt/)
    const run = await runOf(receipt)
    expect(run).toMatchObject({ kind: 'edit', state: 'succeeded' })
    expect(roster()).toContain('model: "no"')
    expect(roster()).toContain(`# the last one is ${ada.osUser}`)
    const undone = await usher(['run', 'undo', String(run.id), '--approve', '--wait'])
    expect(undone).toMatchObject({ status: 0 })
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })

  test('gets another role or Telegram id from no chat alone', async () => {
    const { grace, client, usher } = scene()
    const before = snapshotTrees(...TREES)
    const drafted = await client.call(
      'person.edit',
      { name: 'grace', changes: { telegram_id: ALAN.id + 70 } },
      { idempotencyKey: 'rebind' },
    )
    if (!drafted.ok) throw new Error(drafted.error.message)
    const { id, plan } = drafted.request
    await client.call('request.cancel', { id }, { idempotencyKey: 'not-this-way' })
    expect(plan.demands.terminal).toBe(true)
    await grace.sends('/edituser alan')
    await grace.taps('Role')
    await grace.taps('admin')
    await grace.taps('Review the change')
    const card = await grace.sees(/Role: user → admin/, { buttons: [/Approve|Submit/] })
    await grace.taps(/Approve|Submit/, { on: card })
    const asked = await grace.seesOn(card, /sudo usher confirm \d+/)
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
    const request = /sudo usher confirm (\d+)/.exec(asked.text)?.[1] ?? ''
    const got = await client.call('request.get', { id: Number(request) })
    const digest = got.ok ? got.request.plan.digest : ''
    expect(await usher(['confirm', request, '--digest', digest], { as: 'grace' })).toMatchObject({
      status: 3,
    })
    expect(await usher(['confirm', request, '--digest', digest])).toMatchObject({ status: 0 })
    await grace.seesOn(card, /, receipt/)
    expect(roster()).toMatch(/os_user: alan\s+role: admin/)
  })

  test('is tested again with two taps, and what came of it is remembered', async () => {
    const { grace, newcomer, usher, usherJson, setAgent } = scene()
    const ada = await newcomer()
    expect(await usher(adduser(ada))).toMatchObject({ status: 0 })
    setAgent('echo broken >&2; exit 3')
    await grace.sends(`/user ${ada.osUser}`)
    await grace.taps('Re-test')
    const card = await grace.sees(/Test Ada/, { buttons: [/Approve/] })
    await grace.taps(/Approve/, { on: card })
    await grace.seesOn(card, /broken/)
    const { json } = await usherJson(['user', 'show', ada.osUser])
    expect(json).toMatchObject({
      person: { last_smoke: { passed: false, failure: { code: 'agent_command_failed' } } },
    })
    setAgent('exit 0')
    expect(await usher(['user', 'retest', ada.osUser, '--approve', '--wait'])).toMatchObject({ status: 0 })
    expect((await usher(['user', 'show', ada.osUser])).stdout).toContain('smoke test passed')
  })
})
