import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageView } from '../support/bot-api-server/control/views.ts'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, removeScene, type Scene } from './support/scene.ts'
import { toReview } from './support/walk.ts'

const LIN = 222_000_222
let scene: Scene
let lin: Person
/** The card of whoever asked, and the one that decides. */
let card: MessageView
let theirs: MessageView
beforeEach(async () => {
  scene = await createScene({ moreAdmins: [LIN] })
  await scene.start()
  lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
  await lin.starts()
  await lin.sees('gives people access')
  const ada = await scene.driver.person({ first_name: 'Ada' })
  card = await toReview(scene, ada, { role: 'two' })
  await scene.admin.taps('✅ Approve', { on: card })
  theirs = await lin.sees('Needs 2 approvals', { buttons: ['Deny'] })
})
afterEach(() => removeScene(scene))

const denials = () => scene.worker.seen.filter(({ name }) => name === 'request.deny')
const state = () => scene.worker.requests.at(-1)?.state

const asked = async () => {
  await lin.taps('Deny', { on: theirs })
  await lin.sees('Why is request 1 denied?', { buttons: ['Without a reason', '‹ Back', 'Cancel'] })
}

describe('[Deny]', () => {
  it('asks for a reason and decides nothing before it is there', async () => {
    await asked()
    expect(denials()).toEqual([])
    await scene.admin.seesOn(card, 'Needs 2 approvals, has 1')
  })

  it('shows the reason, who and when on all cards, and whoever asked has it', async () => {
    await asked()
    await scene.settled()
    await scene.restart()
    await lin.sends('  the project has ended  ')
    await lin.sees('Request 1 is denied')
    const outcome =
      /Denied by Telegram user 222000222 at \d{4}-\d\d-\d\d \d\d:\d\d UTC: the project has ended\. Nothing was changed/
    expect((await lin.seesOn(theirs, outcome)).buttons).toEqual([])
    expect((await scene.admin.seesOn(card, outcome)).buttons).toEqual([])
    expect(denials().map(({ input }) => input)).toEqual([{ id: 1, reason: 'the project has ended' }])
  })

  it('takes none too, by tap or typed', async () => {
    await asked()
    await lin.sends('Without a reason')
    await lin.sees('Request 1 is denied')
    await scene.admin.seesOn(card, /Denied by Telegram user 222000222 at [\d: -]+UTC\. Nothing was changed/)
    expect(denials().map(({ input }) => input)).toEqual([{ id: 1 }])
  })

  it.each([
    ['/cancel', () => lin.sends('/cancel'), 'Cancelled. Nothing was changed.'],
    ['[Cancel]', () => lin.taps('Cancel'), 'Request 1 was left undecided.'],
    ['[‹ Back]', () => lin.taps('‹ Back'), 'Request 1 was left undecided.'],
  ] as const)('leaves the request undecided with %s, and can be tapped again', async (_, leave, said) => {
    await asked()
    await leave()
    await lin.sees(said)
    expect(state()).toBe('submitted')
    await lin.sends('because')
    await lin.sees('did not understand')
    await asked()
    await lin.taps('Without a reason')
    await lin.sees('is denied')
    expect(state()).toBe('denied')
  })

  it('shows a hostile reason as it is', async () => {
    const reason = '</b><a href="tg://user?id=1">you</a> &amp; {name} \'; DROP TABLE'
    await asked()
    await lin.sends(reason)
    const shown = await scene.admin.seesOn(card, reason)
    const kinds = shown.raw.entities?.map(({ type }) => type) ?? []
    expect(kinds.filter((kind) => !['bold', 'italic', 'code'].includes(kind))).toEqual([])
  })

  it('refuses a reason with marks that turn text round or break lines, and asks on', async () => {
    await asked()
    await lin.sends('harmless \u202egpj.exe')
    await lin.sees('control or invisible characters')
    await lin.sees('Why is request 1 denied?')
    await lin.sends('two\nlines')
    await lin.sees('control or invisible characters')
    expect(state()).toBe('submitted')
    await lin.sends('one line')
    await lin.sees('is denied')
  })

  it('takes 1,000 characters whole and refuses more', async () => {
    await asked()
    await lin.sends('n'.repeat(1001))
    await lin.sees('longer than 1000 characters')
    expect(denials()).toEqual([])
    await lin.sends(`${'n'.repeat(999)}.`)
    await lin.sees('is denied')
    await scene.admin.seesOn(card, `: ${'n'.repeat(999)}.. Nothing was changed`)
  })

  it('does not take a photo or an empty text for a reason, and a command in between works', async () => {
    await asked()
    await lin.sendsPhoto('no')
    await lin.sees('Please type the answer')
    await lin.sends(' \u00a0 ')
    await lin.sees('Please type the answer')
    await lin.sends('/whoami')
    await lin.sees('an admin by the config')
    await lin.sends('/nonsense')
    await lin.sees('I cannot do that while the question above waits')
    expect(state()).toBe('submitted')
    await lin.sends('no room')
    await scene.admin.seesOn(card, ': no room. Nothing')
  })

  it('says by whom it was decided when somebody else was faster than the reason', async () => {
    await asked()
    await scene.admin.taps('Cancel', { on: card })
    await scene.admin.seesOn(card, 'Cancelled by')
    await lin.sends('no room')
    await lin.sees(/Request 1 is cancelled already by Telegram user 111000111 at .* UTC/)
    await lin.seesOn(theirs, /Cancelled by Telegram user 111000111/)
    expect(state()).toBe('cancelled')
    await lin.sends('/cancel')
    await lin.sees('nothing to cancel')
  })

  it('keeps asking while the worker is away', async () => {
    await asked()
    scene.worker.away = true
    await lin.sends('no room')
    await lin.sees('The worker does not answer right now')
    scene.worker.away = false
    await lin.sends('no room')
    await lin.sees('Request 1 is denied')
  })

  it('waits until another dialogue is finished', async () => {
    await lin.sends('/adduser')
    await lin.sees('Who shall get access?')
    await lin.taps('Deny', { on: theirs })
    await lin.seesToast('Finish it or send /cancel')
    expect(denials()).toEqual([])
  })

  it('tells a tap that comes late what became of the request', async () => {
    const deny = theirs.buttons.flat().find(({ text }) => text === 'Deny')?.data ?? ''
    await asked()
    await lin.sends('no room')
    await lin.sees('is denied')
    await lin.forgesTap(theirs.message_id, deny)
    await lin.seesToast('Request 1 is denied already by Telegram user 222000222')
  })

  it('is asked and confirmed in the language of whoever decides, the reason shown to both', async () => {
    await lin.sends('/language')
    await lin.taps('Deutsch')
    await lin.sees('Ab jetzt')
    await lin.seesOn(theirs, 'Braucht 2 Genehmigungen', { buttons: ['Ablehnen'] })
    await lin.taps('Ablehnen', { on: theirs })
    await lin.sees('Warum wird Antrag 1 abgelehnt?', { buttons: ['Ohne Grund'] })
    await lin.sends('kein Platz')
    await lin.sees('Antrag 1 ist abgelehnt')
    await scene.admin.seesOn(card, 'Denied by')
    await scene.admin.seesOn(card, ': kein Platz. Nothing was changed')
  })
})
