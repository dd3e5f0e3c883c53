import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { ADA, ALAN, TREES } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'
import { hasAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

describe('the review card', () => {
  test('changes when an answer is edited, and runs what it shows', async () => {
    const { grace, run } = await startedScene()
    const card = await answerAdduser(grace, { newcomer: ADA, account: 'ada' })
    await grace.taps(/Edit/)
    await grace.sees('Which answer shall change?')
    await grace.taps('Name')
    await grace.sees('What is their name?')
    await grace.sends('Augusta Ada King')
    const edited = await grace.seesOn(card, 'Augusta Ada King')
    expect(edited.text).toContain('What would change on the host')
    await grace.taps(/Approve/, { on: card })
    await grace.seesOn(card, /, receipt/)
    expect((await run(1)).subject).toMatchObject({ name: 'Augusta Ada King', os_user: 'ada' })
  })

  test('that is cancelled leaves the host as it was and cannot be approved any more', async () => {
    const scene = await startedScene()
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(scene.grace, { newcomer: ADA, account: 'ada' })
    const approve = card.buttons.flat().find(({ text }) => /Approve/.test(text))!
    await scene.grace.taps('Cancel', { on: card })
    await scene.grace.seesOn(card, /cancelled/i)
    await scene.grace.forgesTap(card.message_id, approve.data!)
    await scene.grace.seesToast(/./)
    expect(await listRuns(scene)).toEqual([])
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })

  test('that is approved twice starts one run', async () => {
    const scene = await startedScene()
    const card = await answerAdduser(scene.grace, { newcomer: ADA, account: 'ada' })
    const approve = card.buttons.flat().find(({ text }) => /Approve/.test(text))!
    await Promise.all([
      scene.grace.forgesTap(card.message_id, approve.data!),
      scene.grace.forgesTap(card.message_id, approve.data!),
    ])
    await scene.grace.seesOn(card, /, receipt/)
    await scene.grace.forgesTap(card.message_id, approve.data!)
    await scene.grace.seesToast(/./)
    expect(await listRuns(scene)).toEqual([1])
  })

  test('does nothing for somebody else who sends its button, nor from a group', async () => {
    const scene = await startedScene()
    const alan = await scene.phone(ALAN)
    await alan.starts()
    const card = await answerAdduser(scene.grace, { newcomer: ADA, account: 'ada' })
    const approve = card.buttons.flat().find(({ text }) => /Approve/.test(text))!
    await alan.forgesTap(card.message_id, approve.data!, { chat: scene.grace.id })
    await alan.forgesTap(card.message_id, approve.data!)
    const group = await scene.botApi.control.createGroup({
      title: 'All of us',
      members: [scene.grace.id, ALAN.id],
    })
    await scene.grace.forgesTap(card.message_id, approve.data!, { chat: group.id })
    // Updates are dealt with in order: when this is answered, the taps were.
    await scene.grace.sends('/whoami')
    await scene.grace.sees('Grace Hopper')
    expect(await listRuns(scene)).toEqual([])
    expect(hasAccount('ada')).toBe(false)
    await scene.grace.taps(/Approve/, { on: card })
    await scene.grace.seesOn(card, /, receipt/)
  })
})

async function listRuns(scene: Awaited<ReturnType<typeof startedScene>>): Promise<number[]> {
  const { json } = await scene.usherJson(['requests'])
  const { requests } = json as { requests: { run_id: number | null }[] }
  return requests.flatMap(({ run_id }) => (run_id === null ? [] : [run_id]))
}
