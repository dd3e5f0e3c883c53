import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, removeScene, type Scene } from './support/scene.ts'
import { sayWho, toReview } from './support/walk.ts'

const LIN = 222_000_222
let scene: Scene
let ada: Person
beforeEach(async () => {
  scene = await createScene({ moreAdmins: [LIN] })
  ada = await scene.driver.person({ first_name: 'Ada' })
  await scene.start()
})
afterEach(() => removeScene(scene))

const newest = () => scene.worker.requests.at(-1)
const calls = (name: string) => scene.worker.seen.filter((call) => call.name === name)

describe('the review card', () => {
  it('follows the run after Approve, on the same message, and ends as the receipt', async () => {
    scene.worker.onQueued = 'wait'
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast('Approved')
    await scene.admin.seesOn(card, 'waits for its turn')
    scene.worker.run(1, 'succeed')
    await scene.admin.seesOn(card, /Isolation proof and smoke test: done \(12 ms\)[\s\S]*run undo 1/)
    const shown = (await scene.admin.chat()).messages.find((one) => one.message_id === card.message_id)
    expect(shown?.buttons.flat().map(({ text }) => text)).toEqual(['↩️ Undo'])
  })

  it('says which step failed, why, with the output, and that all was undone', async () => {
    scene.worker.onQueued = 'fail'
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(
      card,
      /was undone[\s\S]*smoke test: failed[\s\S]*EACCES[\s\S]*<sentinel>: Permission/,
    )
    await scene.admin.seesOn(card, 'Nothing of this run is left')
    await ada.starts()
    await ada.sees('I only work for people who have access')
  })

  it('goes away with Cancel, decided by the worker', async () => {
    const card = await toReview(scene, ada)
    await scene.admin.taps('Cancel', { on: card })
    await scene.admin.seesToast('Cancelled')
    await scene.admin.seesOn(card, 'Nothing was changed')
    expect(newest()?.state).toBe('cancelled')
  })

  it('says what to type on the host when the role needs a terminal', async () => {
    const card = await toReview(scene, ada, { role: 'admin' })
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast('approval is noted')
    await scene.admin.seesOn(card, `sudo usher confirm ${newest()?.id}`)
  })

  it('shows the claim line when an existing account is adopted', async () => {
    scene.worker.accounts.add('oldie')
    const { admin } = scene
    await sayWho(scene, ada)
    await admin.sends('oldie')
    await admin.taps('Adopt oldie')
    await admin.taps('user')
    await admin.sends('Old Ie')
    await admin.taps('Skip')
    await admin.taps('Keep all')
    await admin.taps('Skip')
    const card = await admin.sees('an existing account is adopted', { buttons: ['✅ Approve'] })
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, 'usher claim ABCD-EFGH-2345')
    await scene.restart()
    await admin.seesOn(card, 'usher claim ABCD-EFGH-2345')
  })

  it('is planned anew when the host has changed, and asks again', async () => {
    const card = await toReview(scene, ada)
    scene.worker.drift()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast('changed since')
    expect(newest()?.state).toBe('draft')
    await scene.admin.seesOn(card, 'Request 2 on burrow')
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /succeeded/)
  })

  it('shows that it expired, and a late tap says so', async () => {
    const card = await toReview(scene, ada)
    const old = card.buttons.flat().find((button) => button.text === '✅ Approve')
    scene.worker.expire(1)
    await scene.admin.seesOn(card, 'Expired undecided')
    await scene.admin.forgesTap(card.message_id, old?.data ?? '')
    await scene.admin.seesToast('Request 1 is expired undecided already')
    expect(calls('request.approve')).toHaveLength(0)
  })
})

describe('taps', () => {
  it('a second tap in a row says that it is decided, and approves once', async () => {
    const card = await toReview(scene, ada)
    const data = card.buttons.flat().find((button) => button.text === '✅ Approve')?.data ?? ''
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.forgesTap(card.message_id, data)
    await scene.admin.seesToast('Request 1 is approved already')
    expect(calls('request.approve')).toHaveLength(1)
  })

  it('a tap that carries another card, another request or another nonce does nothing', async () => {
    const card = await toReview(scene, ada)
    const data = card.buttons.flat().find((button) => button.text === '✅ Approve')?.data ?? ''
    const parts = data.split(':')
    const forged = [
      [card.message_id, `c:a:99:${parts[3]}:${parts[4]}`],
      [card.message_id, `c:a:${parts[2]}:${'A'.repeat(22)}:${parts[4]}`],
      [card.message_id, `c:a:${parts[2]}:${parts[3]}:${'A'.repeat(22)}`],
      [card.message_id + 40, data],
      [card.message_id, 'c:zzz'],
    ] as const
    for (const [message, forgery] of forged) {
      await scene.admin.forgesTap(message, forgery)
      await scene.admin.seesToast(/othing was done/)
    }
    expect(calls('request.approve')).toHaveLength(0)
    expect(calls('request.submit')).toHaveLength(0)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /succeeded/)
  })

  it('a stranger or another admin cannot use the buttons of a card that is not theirs', async () => {
    const card = await toReview(scene, ada)
    const data = card.buttons.flat().find((button) => button.text === '✅ Approve')?.data ?? ''
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    await lin.starts()
    await lin.sees('gives people access')
    await lin.forgesTap(card.message_id, data, { chat: scene.admin.id })
    await scene.settled()
    await lin.forgesTap(card.message_id, data)
    await lin.seesToast('not the current one')
    await ada.starts()
    await ada.sees('I only work for people')
    await ada.forgesTap(1, data)
    await ada.seesToast('I do not know you')
    await scene.settled()
    expect(calls('request.approve')).toHaveLength(0)
    expect(newest()?.state).toBe('draft')
  })

  it('a card whose text was changed by somebody else cannot be approved', async () => {
    const card = await toReview(scene, ada)
    const { server, admin } = scene
    const [approve] = card.buttons.flat()
    // Somebody with the token edits the card: another text, the same button.
    await fetch(`${server.url}/bot${server.token}/editMessageText`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ chat_id: admin.id, message_id: card.message_id, text: 'Onboard somebody harmless' },
        reply_markup: { inline_keyboard: [[{ text: '✅ Approve', callback_data: approve?.data }]] },
      }),
    })
    await admin.taps('✅ Approve', { on: card })
    await admin.seesToast('does not show what I sent')
    expect(calls('request.approve')).toHaveLength(0)
  })

  it('every button fits into what Telegram carries', async () => {
    const card = await toReview(scene, ada)
    for (const button of card.buttons.flat())
      expect(Buffer.byteLength(button.data ?? '')).toBeLessThanOrEqual(64)
  })

  it('says that nothing was decided while the worker is away, and works when it is back', async () => {
    const card = await toReview(scene, ada)
    scene.worker.away = true
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast('does not answer right now')
    scene.worker.away = false
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /succeeded/)
  })
})

describe('other admins', () => {
  it('get a card of their own when their approval is needed, and all cards follow', async () => {
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    await lin.starts()
    await lin.sees('gives people access')
    const card = await toReview(scene, ada, { role: 'two' })
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, 'Needs 2 approvals, has 1')
    const theirs = await lin.sees('Needs 2 approvals, has 1', { buttons: ['✅ Approve', 'Deny'] })
    await lin.taps('✅ Approve', { on: theirs })
    await lin.seesOn(theirs, /succeeded/)
    await scene.admin.seesOn(card, /succeeded/)
  })

  it('can deny, and whoever asked sees by whom', async () => {
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    await lin.starts()
    await lin.sees('gives people access')
    const card = await toReview(scene, ada, { role: 'two' })
    await scene.admin.taps('✅ Approve', { on: card })
    const theirs = await lin.sees('Needs 2 approvals', { buttons: ['Deny'] })
    await lin.taps('Deny', { on: theirs })
    await lin.taps('Without a reason')
    await scene.admin.seesOn(card, `Denied by Telegram user ${LIN}`)
  })

  it('get the card of what waits when they write for the first time, one card each', async () => {
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    const card = await toReview(scene, ada, { role: 'two' })
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, 'Needs 2 approvals, has 1')
    await scene.settled()
    await lin.starts()
    await lin.sees('gives people access')
    const theirs = await lin.sees('Needs 2 approvals, has 1', { buttons: ['✅ Approve', 'Deny'] })
    await lin.starts()
    await lin.sees('gives people access')
    await scene.settled()
    const cards = (await lin.chat()).messages.filter(({ text }) => text.includes('Needs 2 approvals'))
    expect(cards).toHaveLength(1)
    await lin.taps('✅ Approve', { on: theirs })
    await lin.seesOn(theirs, /succeeded/)
    await scene.admin.seesOn(card, /succeeded/)
  })

  it('are told of every grant', async () => {
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    await lin.starts()
    await lin.sees('gives people access')
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await lin.sees(/Onboard New Bie as newbie[\s\S]*receipt/)
  })
})

describe('Edit', () => {
  const FIELDS = [
    ['Role', 'Which role?', 'two', { role: 'two' }],
    ['Name', 'What is their name?', 'Augusta', { name: 'Augusta' }],
    ['OS user', 'Which account', 'augusta', { os_user: 'augusta' }],
    ['GitHub login', 'GitHub login', 'ada-l', { github: 'ada-l' }],
    ['Workspace', 'Their workspace', '/srv/{os_user}', { workspace_base: '/srv/{os_user}' }],
    ['Model', 'Their model', 'small', { model: 'small' }],
    ['Agent backend', 'Their agent backend', 'remote', { agent_backend: 'remote' }],
    ['Monthly budget', 'Their monthly budget', '12.5', { max_budget: 12.5 }],
    ['GitHub repositories', 'Which GitHub', 'a/b', { github_repos: ['a/b'] }],
    ['GitHub notification chat', 'Which Telegram chat', '-100', { github_notify_chat_id: -100 }],
    ['PR review', 'review pull requests', 'Yes', { pr_review: true }],
    ['Issue triage', 'sort new issues', 'No', { issue_triage: false }],
  ] as const

  it.each(FIELDS)('reopens %s, drafts anew and edits the card', async (label, question, answer, changed) => {
    const { admin } = scene
    const card = await toReview(scene, ada)
    await admin.taps('✏️ Edit', { on: card })
    await admin.sees('Which answer shall change?')
    await admin.taps(label)
    await admin.sees(question)
    await admin.sends(answer)
    await admin.sees('Changed. The card above shows the new plan.')
    expect(newest()).toMatchObject({ id: 2, state: 'draft', answers: changed })
    expect(scene.worker.requests[0]?.state).toBe('cancelled')
    await admin.seesOn(card, 'Request 2 on burrow')
    await scene.restart()
    await admin.taps('✅ Approve', { on: card })
    await admin.seesToast(/Approved|noted/)
  })

  it('reopens who it is, by any of the ways', async () => {
    const { admin, driver } = scene
    const bob = await driver.person({ first_name: 'Bob' })
    const card = await toReview(scene, ada)
    await admin.taps('✏️ Edit', { on: card })
    await admin.taps('Person')
    await admin.sees('Who shall get access?')
    await admin.forwards(bob, 'hi')
    await admin.sees('Changed.')
    expect(newest()?.answers).toMatchObject({ telegram_id: bob.id, proof: 'forward' })
  })

  it('goes back from an answer to the choice, and from there to the card as it was', async () => {
    const { admin } = scene
    const card = await toReview(scene, ada)
    await admin.taps('✏️ Edit', { on: card })
    await admin.taps('Role')
    await admin.sees('Which role?')
    await admin.taps('‹ Back')
    await admin.sees('Which answer shall change?')
    await admin.taps('‹ Back')
    await admin.sees('The card stands as it is')
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded/)
  })

  it('ends when the same card is approved meanwhile, so that what is typed next answers nothing', async () => {
    const { admin } = scene
    const card = await toReview(scene, ada)
    await admin.taps('✏️ Edit', { on: card })
    await admin.taps('Name')
    await admin.sees('What is their name?')
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded/)
    await admin.sends('Augusta')
    await admin.sends('/cancel')
    await admin.sees('nothing to cancel')
    expect(scene.worker.requests).toHaveLength(1)
  })

  it('keeps asking when the new answer is refused', async () => {
    const { admin } = scene
    const card = await toReview(scene, ada)
    await admin.taps('✏️ Edit', { on: card })
    await admin.taps('OS user')
    await admin.sends('root')
    await admin.sees('reserved')
    await admin.sends('augusta')
    await admin.sees('Changed.')
  })

  it('waits until another dialogue is finished', async () => {
    const { admin } = scene
    const card = await toReview(scene, ada)
    await admin.sends('/adduser')
    await admin.sees('Who shall get access?')
    await admin.taps('✏️ Edit', { on: card })
    await admin.seesToast('Finish it or send /cancel')
  })

  it('cannot change what was approved meanwhile', async () => {
    const { admin } = scene
    const card = await toReview(scene, ada)
    await admin.taps('✏️ Edit', { on: card })
    await admin.sees('Which answer shall change?')
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded/)
    await admin.taps('Name', { earlier: true })
    await admin.seesToast('no longer open')
    await admin.sends('Somebody Else')
    await scene.settled()
    expect(scene.worker.requests.filter((one) => one.state === 'approved')).toHaveLength(1)
  })
})
