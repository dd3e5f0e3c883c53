import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { HEDY, MARY, type Scene } from '../support/stage/scene.ts'
import { findAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

const CLAIM = /usher claim ([A-Z0-9]{5}(?:-[A-Z0-9]{5})+)/

describe('the onboarding of an account that exists', () => {
  const scene = playOn()

  test('waits for its owner, who agrees with usher claim, and leaves the account as it was', async () => {
    const { grace, phone, usher, runOf } = scene()
    const mary = await phone(MARY)
    await mary.starts()
    await mary.sees(String(MARY.id))
    const account = findAccount('mary')
    const untouched = () =>
      snapshotTrees('/home/mary/notes.txt', '/home/mary/.bashrc', '/etc/passwd', '/etc/shadow')
    const before = untouched()

    const card = await answerAdduser(grace, { newcomer: MARY, account: /^mary \(exists/, adopt: true })
    expect(card.text).toContain('take the existing account mary')
    await grace.taps(/Approve/)
    const waiting = await grace.seesOn(card, CLAIM)
    const code = waiting.text.match(CLAIM)![1]!
    const digest = await digestOf(scene(), waiting)

    const byAlan = await usher(['claim', code, '--digest', digest], { as: 'alan' })
    expect(byAlan.status).toBe(3)
    const byGrace = await usher(['claim', code, '--digest', digest], { as: 'grace' })
    expect(byGrace.status).toBe(3)
    expect((await grace.seesOn(card, CLAIM)).text).toBe(waiting.text)

    const byMary = await usher(['claim', code, '--digest', digest], { as: 'mary' })
    expect(byMary).toMatchObject({ status: 0, stderr: '' })
    await grace.seesOn(card, /, receipt/)
    expect((await runOf(card)).state).toBe('succeeded')
    await mary.sees('Welcome, Mary Jackson')
    expect(findAccount('mary')).toEqual(account)
    expect(treeDifferences(before, untouched())).toEqual([])
  })

  test('can be confirmed by root with a reason instead', async () => {
    const { grace, phone, usher, runOf } = scene()
    await phone(HEDY)
    const card = await answerAdduser(grace, { newcomer: HEDY, account: /^hedy \(exists/, adopt: true })
    await grace.taps(/Approve/)
    const waiting = await grace.seesOn(card, CLAIM)
    const id = waiting.text.match(/Request (\d+) on/)![1]!
    const digest = await digestOf(scene(), waiting)
    const confirmed = await usher(['confirm', id, '--reason', 'she asked me at lunch', '--digest', digest])
    expect(confirmed).toMatchObject({ status: 0 })
    await grace.seesOn(card, /, receipt/)
    expect((await runOf(card)).state).toBe('succeeded')
  })
})

async function digestOf({ client }: Scene, card: { text: string }): Promise<string> {
  const got = await client.call('request.get', { id: Number(card.text.match(/Request (\d+) on/)![1]) })
  if (!got.ok) throw new Error(got.error.message)
  return got.request.plan.digest
}
