import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { MARY } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'
import { findAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

const adoptMary = { newcomer: MARY, account: /^mary \(exists/, adopt: true } as const

describe('the onboarding of an account that exists', () => {
  test('waits for its owner, who agrees with usher claim, and leaves the account as it was', async () => {
    const { grace, phone, client, usher, run } = await startedScene()
    const mary = await phone(MARY)
    await mary.starts()
    const before = snapshotTrees('/home/mary', '/etc/passwd', '/etc/shadow', '/etc/group')
    const account = findAccount('mary')

    const card = await answerAdduser(grace, adoptMary)
    expect(card.text).toContain('take the existing account mary')
    await grace.taps(/Approve/)
    const waiting = await grace.seesOn(card, 'usher claim ')
    const code = waiting.text.match(/usher claim (\S+)/)![1]!

    const shown = await client.call('request.get', { id: 1 })
    const digest = shown.ok ? shown.request.plan.digest : ''
    const byAlan = await usher(['claim', code, '--digest', digest], { as: 'alan' })
    expect(byAlan.status).not.toBe(0)
    expect((await grace.seesOn(card, 'usher claim ')).text).toBe(waiting.text)

    const byMary = await usher(['claim', code, '--digest', digest], { as: 'mary' })
    expect(byMary).toMatchObject({ status: 0, stderr: '' })
    await grace.seesOn(card, /, receipt/)
    expect((await run(1)).state).toBe('succeeded')
    await mary.sees('Welcome, Mary Jackson')
    expect(findAccount('mary')).toEqual(account)
    const changed = treeDifferences(
      before,
      snapshotTrees('/home/mary', '/etc/passwd', '/etc/shadow', '/etc/group'),
    )
    expect(changed.filter((line) => !line.includes('workspace'))).toEqual([])
  })

  test('can be confirmed by root with a reason instead', async () => {
    const { grace, client, usher, run } = await startedScene()
    const card = await answerAdduser(grace, adoptMary)
    await grace.taps(/Approve/)
    await grace.seesOn(card, 'usher claim ')
    const shown = await client.call('request.get', { id: 1 })
    const digest = shown.ok ? shown.request.plan.digest : ''
    const confirmed = await usher(['confirm', '1', '--reason', 'she asked me at lunch', '--digest', digest])
    expect(confirmed).toMatchObject({ status: 0 })
    await grace.seesOn(card, /, receipt/)
    expect((await run(1)).state).toBe('succeeded')
  })
})
