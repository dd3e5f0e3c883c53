import { describe, expect, test } from 'vitest'
import type { MessageView } from '../support/bot-api-server/control/views.ts'
import type { Person } from '../support/chat-driver/person.ts'
import { playOn } from '../support/stage/play.ts'
import { hasAccount } from '../support/stage/system-installation.ts'

/** The questions of a stranger's dialogue, from the first one to the message that says that they wait. */
async function answers(person: Person, name: string): Promise<MessageView> {
  await person.sees('What is your name?')
  await person.sends(name)
  await person.sees('GitHub login')
  await person.taps('Skip')
  await person.sees('the admins should know')
  await person.sends('I work with Grace')
  await person.taps('✅ Send')
  return person.sees('You asked for access', { buttons: ['Take it back'] })
}

describe('somebody unknown', () => {
  const scene = playOn()

  test('asks for access, an admin completes and approves it, and they are told that their account is ready', async () => {
    const { grace, newcomer, usherJson } = scene()
    await grace.starts()
    await grace.sees('gives people access')
    const { id, osUser, person } = await newcomer()
    await person.starts()
    await person.taps('Ask for access')
    const mine = await answers(person, 'Ada Byron')
    const card = await grace.sees(/Ada Byron asks for access[\s\S]*I work with Grace/)
    expect((await usherJson(['access', 'list'])).json).toMatchObject({
      ok: true,
      access: [{ telegram_id: id, name: 'Ada Byron', state: 'waiting' }],
    })
    await grace.taps('✏️ Complete', { on: card })
    await grace.sees('Which account')
    await grace.sends(osUser)
    await grace.taps('user')
    await grace.taps('Keep all')
    await grace.taps('Skip')
    const review = await grace.sees('What would change on the host', { buttons: [/Approve/] })
    await grace.taps(/Approve/, { on: review })
    await grace.seesOn(review, /was told in their own chat/)
    await person.sees(`Your account ${osUser}`)
    await person.seesOn(mine, 'You have it now')
    await grace.seesOn(card, 'They have access')
    expect(hasAccount(osUser)).toBe(true)
    await person.sends('/whoami')
    await person.sees('Ada Byron')
  })

  test('who is blocked is not answered any more, whatever they send', async () => {
    const { newcomer, usher } = scene()
    const { id, person } = await newcomer()
    expect((await usher(['block', String(id), '--reason', 'spam'])).status).toBe(0)
    await person.starts()
    await person.sends('hello')
    await person.seesNothing(500)
    expect((await usher(['blocked'])).stdout).toContain(`Telegram id ${id}`)
    expect((await usher(['unblock', String(id)])).status).toBe(0)
  })
})

describe('an invitation', () => {
  const scene = playOn()

  test('made on the terminal leads whoever opens it first to an account, and nobody else anywhere', async () => {
    const { grace, newcomer, usher, usherJson } = scene()
    await grace.starts()
    await grace.sees('gives people access')
    const [ada, eve] = [await newcomer(), await newcomer()]
    const made = await usherJson(['invite', '--role', 'user', '--os-user', ada.osUser, '--note', 'for Ada'])
    const { link, code } = made.json as { link: string; code: string }
    expect(link).toBe(`https://t.me/usher_bot?start=${code}`)
    await ada.person.starts(code)
    await ada.person.sees('You are invited, for the role user')
    await eve.person.starts(code)
    await eve.person.sees('This link cannot be used')
    await answers(ada.person, 'Ada Byron')
    await grace.sees(`Invited by the operator (uid 0) for the role user, account ${ada.osUser}`)
    const { json } = await usherJson(['access', 'list'])
    const [asked] = (json as { access: { id: number }[] }).access
    const run = await usher(['adduser', '--access', String(asked?.id), '--approve', '--wait'])
    expect([run.status, run.stderr]).toEqual([0, ''])
    await ada.person.sees(`Your account ${ada.osUser}`)
    expect([hasAccount(ada.osUser), hasAccount(eve.osUser)]).toEqual([true, false])
    expect((await usher(['invites', '--all'])).stdout).toContain('used')
  })
})
