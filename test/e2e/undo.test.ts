import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { ADA, MARY, TREES } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'
import { hasAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

describe('a smoke test that fails', () => {
  test('says why on the card, and the host is byte for byte as before', async () => {
    const scene = await startedScene({
      agent: 'echo "agent: no licence for $(id -un)" >&2; exit 7',
      groups: ['agents'],
      config: { roles: { user: { groups: ['agents'] } } },
    })
    const ada = await scene.phone(ADA)
    await ada.starts()
    await ada.sees(String(ADA.id))
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(scene.grace, { newcomer: ADA, account: 'ada' })
    await scene.grace.taps(/Approve/)
    const receipt = await scene.grace.seesOn(card, /, receipt/)
    expect(receipt.text).toContain('❌ Isolation proof and smoke test: failed')
    expect(receipt.text).toContain('agent: no licence for ada')
    expect(receipt.text).toContain('removed the account ada')
    expect((await scene.run(1)).state).toBe('undone')
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
    await ada.seesNothing(200)
  })

  test('leaves an adopted account as it was', async () => {
    const scene = await startedScene({ agent: 'exit 7', config: { adopt: 'admin' } })
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(scene.grace, { newcomer: MARY, account: /^mary \(exists/, adopt: true })
    await scene.grace.taps(/Approve/)
    await scene.grace.seesOn(card, /, receipt/)
    expect((await scene.run(1)).state).toBe('undone')
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })
})

describe('a run that succeeded', () => {
  test('is taken back by usher run undo, and the host is byte for byte as before', async () => {
    const scene = await startedScene()
    const before = snapshotTrees(...TREES)
    const added = await scene.usher(addAda('--approve', '--wait'))
    expect(added).toMatchObject({ status: 0 })
    expect(hasAccount('ada')).toBe(true)
    const undone = await scene.usher(['run', 'undo', '1', '--approve', '--wait'])
    expect(undone).toMatchObject({ status: 0 })
    expect(hasAccount('ada')).toBe(false)
    expect(existsSync('/home/ada')).toBe(false)
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })
})

function addAda(...flags: string[]): string[] {
  const who = [
    '--telegram-id',
    String(ADA.id),
    '--name',
    'Ada Lovelace',
    '--os-user',
    'ada',
    '--role',
    'user',
  ]
  return ['adduser', ...who, '--create-account', ...flags]
}
