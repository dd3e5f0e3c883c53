import { describe, expect, test } from 'vitest'
import type { MessageView } from '../support/bot-api-server/control/views.ts'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { ALAN, TREES } from '../support/stage/scene.ts'
import { hasAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

describe('the review card', () => {
  const scene = playOn()

  test('changes when an answer is edited, and runs what it shows', async () => {
    const { grace, newcomer, runOf } = scene()
    const ada = await newcomer()
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps(/Edit/)
    await grace.sees('Which answer shall change?')
    await grace.taps('Name')
    await grace.sees('What is their name?')
    await grace.sends('Augusta Ada King')
    const edited = await grace.seesOn(card, 'Augusta Ada King')
    expect(edited.text).toContain('What would change on the host')
    await grace.taps(/Approve/, { on: card })
    const receipt = await grace.seesOn(card, /, receipt/)
    expect((await runOf(receipt)).subject).toMatchObject({ name: 'Augusta Ada King', os_user: ada.osUser })
  })

  test('that is cancelled leaves the host as it was and cannot be approved any more', async () => {
    const { grace, newcomer, client } = scene()
    const ada = await newcomer()
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps('Cancel', { on: card })
    await grace.seesOn(card, /cancelled/i)
    await grace.forgesTap(card.message_id, approveOn(card))
    await grace.seesToast(/./)
    const got = await client.call('request.get', { id: requestOf(card) })
    expect(got).toMatchObject({ request: { state: 'cancelled', run_id: null } })
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })

  test('that is approved twice starts one run', async () => {
    const { grace, newcomer, client } = scene()
    const ada = await newcomer()
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    const queuedBefore = await countRuns()
    await Promise.all([
      grace.forgesTap(card.message_id, approveOn(card)),
      grace.forgesTap(card.message_id, approveOn(card)),
    ])
    await grace.seesOn(card, /, receipt/)
    await grace.forgesTap(card.message_id, approveOn(card))
    await grace.seesToast(/./)
    expect(await countRuns()).toBe(queuedBefore + 1)

    async function countRuns(): Promise<number> {
      const listed = await client.call('request.list', {})
      if (!listed.ok) throw new Error(listed.error.message)
      return Math.max(0, ...listed.requests.map(({ run_id }) => run_id ?? 0))
    }
  })

  test('does nothing for somebody else who sends its button, nor from a group', async () => {
    const { grace, newcomer, phone, botApi, client } = scene()
    const ada = await newcomer()
    const alan = await phone(ALAN)
    await alan.starts()
    await alan.sees('Usher')
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await alan.forgesTap(card.message_id, approveOn(card), { chat: grace.id })
    await alan.forgesTap(card.message_id, approveOn(card))
    const group = await botApi.control.createGroup({ title: 'All of us', members: [grace.id, ALAN.id] })
    await grace.forgesTap(card.message_id, approveOn(card), { chat: group.id })
    // Updates are dealt with in order: when these are answered, the taps were.
    await alan.sends('/whoami')
    await alan.sees('Alan Turing')
    await grace.sends('/whoami')
    await grace.sees('Grace Hopper')
    const got = await client.call('request.get', { id: requestOf(card) })
    expect(got).toMatchObject({ request: { state: 'draft', run_id: null } })
    expect(hasAccount(ada.osUser)).toBe(false)
    await grace.taps(/Approve/, { on: card })
    await grace.seesOn(card, /, receipt/)
  })
})

function approveOn(card: MessageView): string {
  return card.buttons.flat().find(({ text }) => /Approve/.test(text))!.data!
}

function requestOf(card: MessageView): number {
  return Number(card.text.match(/Request (\d+) on/)![1])
}
