import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, removeScene, type Scene } from './support/scene.ts'
import { sayWho, toReview } from './support/walk.ts'

let scene: Scene
let ada: Person
beforeEach(async () => {
  scene = await createScene()
  ada = await scene.driver.person({ first_name: 'Ada', last_name: 'Lovelace', username: 'ada_l' })
  await scene.start()
})
afterEach(() => removeScene(scene))

const answers = () => scene.worker.requests.at(-1)?.answers

describe('who', () => {
  beforeEach(async () => {
    await scene.admin.sends('/adduser')
    await scene.admin.sees('Who shall get access?')
  })

  it('takes a forwarded message, and says on the card how the id is known', async () => {
    const { admin } = scene
    await admin.forwards(ada, 'hello')
    await admin.sees(`id ${ada.id} (from a forwarded message)`)
    await admin.sees('Which account', { buttons: ['ada'] })
  })

  it('explains that a hidden forward shows no id, and waits on', async () => {
    const { admin } = scene
    await admin.forwards(ada, 'hello', { hidden: true })
    await admin.sees('hides who they are in forwarded messages')
    await admin.sends(String(ada.id))
    await admin.sees('typed by hand, not proven')
  })

  it('does not take a command in a forwarded message for an order', async () => {
    await scene.admin.forwards(ada, '/cancel')
    await scene.admin.sees('from a forwarded message')
  })

  it('takes a shared contact', async () => {
    await scene.admin.sharesContact(ada)
    await scene.admin.sees('from a contact')
  })

  it('explains that a contact without a Telegram account has no id, and waits on', async () => {
    await scene.admin.sharesContact({ first_name: 'Bob', phone_number: '+4915112345' })
    await scene.admin.sees('no Telegram account')
    await scene.admin.picks(ada)
    await scene.admin.sees('chosen in Telegram')
  })

  it.each(['0', '-5', '12.5', '1e9', 'true', '99999999999999999999', '4503599627370496', 'Ada'])(
    'refuses %j as a Telegram id in the words of the worker, and waits on',
    async (typed) => {
      await scene.admin.sends(typed)
      await scene.admin.sees(`cannot use '${typed}' as a Telegram id`)
      await scene.admin.sends(String(ada.id))
      await scene.admin.sees('Which account')
    },
  )

  it('refuses somebody who is on the roster already', async () => {
    scene.worker.roster.push({
      ...{ telegram_id: ada.id, name: 'Ada', os_user: 'ada', role: 'user', uid: 1001, last_run_id: null },
      entry: {},
    })
    await scene.admin.picks(ada)
    await scene.admin.sees('on the roster already')
  })

  it('asks for the id when a username is typed', async () => {
    await scene.admin.sends('@ada_l')
    await scene.admin.sees('I need the numeric id')
  })

  it('does not take a photo for a person', async () => {
    await scene.admin.sendsPhoto()
    await scene.admin.sees('I need a person')
  })

  it('knows who wrote to the bot themself', async () => {
    await ada.starts()
    await ada.sees(String(ada.id))
    await scene.admin.sends(String(ada.id))
    await scene.admin.sees('they wrote to me themself')
  })
})

describe('the account', () => {
  beforeEach(() => sayWho(scene, ada))

  it.each([
    '-rf',
    '.ada',
    'a/b',
    '..',
    'a)b',
    'a:b',
    'Ada',
    'ädä',
    'root',
    'nobody',
    '12345',
    'a'.repeat(33),
  ])('refuses %j with what is wrong, and waits on', async (typed) => {
    await scene.admin.sends(typed)
    await scene.admin.sees('cannot use')
    await scene.admin.sends('ada7')
    await scene.admin.sees('Which role?')
  })

  it('offers to adopt an account that exists, showing what it can do', async () => {
    scene.worker.accounts.add('lovelace')
    await scene.admin.sends('lovelace')
    await scene.admin.sees('The account lovelace exists already')
    await scene.admin.sees('in the group docker')
    await scene.admin.taps('Adopt lovelace')
    await scene.admin.sees('(existing, adopted)')
  })

  it('goes back from the offer to another name', async () => {
    scene.worker.accounts.add('lovelace')
    await scene.admin.sends('lovelace')
    await scene.admin.taps('‹ Back')
    await scene.admin.sees('Which account')
    await scene.admin.sends('ada7')
    await scene.admin.sees('Which role?')
  })
})

describe('the way back', () => {
  it('leads from each question to the one before it', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    await admin.taps('ada')
    await admin.taps('user')
    await admin.taps('Ada Lovelace')
    await admin.sends('ada-l')
    await admin.taps('Keep all')
    await admin.sees('GitHub routing')
    await admin.taps('‹ Back')
    await admin.sees('Personal defaults')
    await admin.taps('‹ Back')
    await admin.sees('GitHub login')
    await admin.taps('‹ Back')
    await admin.sees('What is their name?')
    await admin.sends('‹ Back')
    await admin.sees('Which role?')
    await admin.taps('‹ Back')
    await admin.sees('Which account')
    await admin.taps('‹ Back')
    await admin.sees('Who shall get access?')
    await admin.picks(ada)
    await admin.sees('Which account')
  })

  it('ends with [Cancel] at any question, and nothing was drafted', async () => {
    await sayWho(scene, ada)
    await scene.admin.taps('Cancel')
    await scene.admin.sees('Cancelled. Nothing was changed.')
    await scene.admin.sends('ada')
    await scene.admin.sees('did not understand')
    expect(scene.worker.requests).toHaveLength(0)
  })

  it('ends with /cancel too, also at the first question', async () => {
    await scene.admin.sends('/adduser')
    await scene.admin.sees('Who shall get access?')
    await scene.admin.presses('/cancel')
    await scene.admin.sees('Cancelled.')
    await scene.admin.sends('/cancel')
    await scene.admin.sees('nothing to cancel')
  })
})

describe('defaults and routing', () => {
  it('sets each optional answer, refuses bad ones, and shows what is set', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    await admin.taps('ada')
    await admin.taps('user')
    await admin.taps('Ada Lovelace')
    await admin.sends('not a login!')
    await admin.sees('cannot use')
    await admin.sends('@ada-l')
    await admin.sees('Personal defaults', { buttons: ['Keep all'] })
    await admin.taps('✏️ Workspace')
    await admin.sees('Inherited: {home}/work')
    await admin.sends('relative/path')
    await admin.sees('cannot use')
    await admin.sends('/srv/work/{os_user}')
    await admin.sees('Workspace: /srv/work/{os_user}', { buttons: ['Go on'] })
    await admin.taps('✏️ Monthly budget')
    await admin.sends('lots')
    await admin.sees('give a number above 0')
    await admin.sends('-3')
    await admin.sees('give a number above 0')
    await admin.sends('25')
    await admin.taps('✏️ Model')
    await admin.sends('small')
    await admin.taps('✏️ Model')
    await admin.taps('Inherit')
    await admin.sees('Model: large (inherited)')
    await admin.taps('Go on')
    await admin.taps('✏️ GitHub repositories')
    await admin.sends('ada/engine nonsense')
    await admin.sees('owner/repo')
    await admin.sends('ada/engine, ada/notes')
    await admin.taps('✏️ GitHub notification chat')
    await admin.sends('-1001234')
    await admin.taps('✏️ PR review')
    await admin.sends('maybe')
    await admin.sees('Please use one of the buttons')
    await admin.taps('Yes')
    await admin.taps('✏️ Issue triage')
    await admin.taps('No')
    await admin.taps('Go on')
    await admin.sees('What would change on the host')
    expect(answers()).toMatchObject({
      ...{ github: 'ada-l', workspace_base: '/srv/work/{os_user}', max_budget: 25 },
      ...{ github_repos: ['ada/engine', 'ada/notes'], github_notify_chat_id: -1001234 },
      ...{ pr_review: true, issue_triage: false },
    })
    expect(answers()).not.toHaveProperty('model')
  })
})

describe('in the middle of a dialogue', () => {
  it('other commands work, unknown ones are named, and the question waits on', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    await admin.sends('/status')
    await admin.sees('Usher 0.1.0 is ready')
    await admin.sends('/whoami')
    await admin.sees('an admin by the config')
    await admin.sends('/nonsense')
    await admin.sees('cannot do that while the question above waits')
    await admin.sends('/adduser')
    await admin.sees('Which account')
    await admin.sends('ada7')
    await admin.sees('Which role?')
  })

  it('a button of an earlier question is answered and changes nothing', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    const question = await admin.chat()
    const asked = question.messages.find((message) => message.text.includes('Which account'))
    if (asked === undefined) throw new Error('no question')
    await admin.taps('ada', { on: asked })
    await admin.sees('Which role?')
    await admin.taps('ada_l', { on: asked })
    await admin.seesToast('answered already')
    await admin.taps('user', { earlier: true })
    await admin.sees('What is their name?')
  })

  it('a button of a question that is long gone is answered', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    await admin.sends('/cancel')
    await admin.sees('Cancelled.')
    await admin.taps('ada', { earlier: true })
    await admin.seesToast('no longer open')
    const { messages } = await admin.chat()
    expect(messages.at(-1)?.text).not.toContain('/adduser asks again')
    const toast = await scene.server.control.calls({ method: 'answerCallbackQuery' })
    expect(JSON.stringify(toast.at(-1))).not.toContain('/adduser')
  })

  it('says calmly that the worker is away, and goes on when it is back', async () => {
    const { admin, worker } = scene
    await sayWho(scene, ada)
    worker.away = true
    await admin.sends('ada7')
    await admin.sees('The worker does not answer right now')
    await admin.taps('ada', { earlier: true })
    await admin.seesToast('does not answer right now')
    worker.away = false
    await admin.sends('ada7')
    await admin.sees('Which role?')
  })
})

describe('text from outside', () => {
  it('is escaped: mark-up, direction marks and control characters in names show as they are', async () => {
    const { admin, driver } = scene
    const mallory = await driver.person({ first_name: '<b>Mal\u202elory</b>', last_name: '& Co' })
    await sayWho(scene, mallory)
    const said = await admin.chat()
    expect(JSON.stringify(said.messages.filter((message) => message.from_bot))).not.toContain('\u202e')
    await admin.sends('mallory')
    await admin.taps('user')
    await admin.sees('What is their name?')
    await admin.sends('Tom <script> & "Jerry"')
    await admin.sees('GitHub login')
    await admin.taps('Skip')
    await admin.taps('Keep all')
    await admin.taps('Skip')
    const card = await admin.sees('Tom <script> & "Jerry"')
    expect(card.raw.entities?.every((entity) => ['bold', 'italic', 'code'].includes(entity.type))).toBe(true)
  })

  it('refuses a name with a line break', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    await admin.taps('ada')
    await admin.taps('user')
    await admin.sends('Ada\nrole: admin')
    await admin.sees('as a name')
  })
})

it('offers only the own account where Usher runs without root', async () => {
  const { admin, worker } = scene
  const original = worker.call
  worker.accounts.add('grace')
  worker.call = async (name, input, options) => {
    const result = await original(name, input, options)
    return name === 'onboarding.options' ? { ...result, mode: 'single-user', own_os_user: 'grace' } : result
  }
  await sayWho(scene, ada)
  await admin.sees('only your own account can be taken', { buttons: ['grace (exists: adopt)'] })
  await admin.taps('grace (exists: adopt)', { earlier: true })
  await admin.taps('Adopt grace')
  await admin.sees('(existing, adopted)')
})

it('says at once why the own account cannot be taken where there is no other', async () => {
  const { admin, worker } = scene
  const original = worker.call
  worker.call = async (name, input, options) => {
    const result = await original(name, input, options)
    if (name === 'onboarding.options') return { ...result, mode: 'single-user', own_os_user: 'grace' }
    if (name !== 'host.check-account' || !('check' in result)) return result
    const violation = { field: 'os_user', code: 'os_user_not_a_person', params: { value: 'grace' } }
    const check = {
      ...(result.check as object),
      can_create: false,
      can_adopt: false,
      adopt_violations: [violation],
    }
    return { ...result, check }
  }
  await sayWho(scene, ada)
  await admin.sees(/only your own account can be taken[\s\S]*it is a system account/)
})

it('keeps all answers while the host is not fit for any, and tries again', async () => {
  const { admin, worker } = scene
  await sayWho(scene, ada)
  await admin.taps('ada')
  await admin.taps('user')
  await admin.taps('Ada Lovelace')
  await admin.taps('Skip')
  await admin.taps('Keep all')
  await admin.sees('GitHub routing')
  const original = worker.call
  worker.call = async (name, input, options) =>
    name === 'request.draft'
      ? {
          ok: false,
          error: {
            ...{ code: 'invalid', message: 'cannot draft this' },
            violations: [
              {
                field: 'roster',
                code: 'roster_unusable',
                params: { path: '/etc/usher/users.yaml', why: 'malformed' },
              },
            ],
          },
        }
      : original(name, input, options)
  await admin.taps('Skip')
  await admin.sees(/malformed[\s\S]*Your answers are kept/)
  worker.call = original
  await admin.taps('Try again')
  await admin.sees('Onboard Ada Lovelace as ada')
})

it('asks again for what the worker refuses in the end, and keeps the other answers', async () => {
  const { admin, worker } = scene
  await sayWho(scene, ada)
  await admin.taps('ada')
  await admin.taps('user')
  await admin.taps('Ada Lovelace')
  await admin.taps('Skip')
  await admin.taps('Keep all')
  await admin.sees('GitHub routing')
  worker.accounts.add('ada')
  await admin.taps('Skip')
  await admin.sees('the account exists already')
  await admin.sees('Which account')
  await admin.sends('ada7')
  await admin.sees('Onboard Ada Lovelace as ada7')
})

it('drafts exactly once when Telegram delivers an update again', async () => {
  await toReview(scene, ada)
  await scene.settled()
  await scene.restart()
  expect(scene.worker.requests).toHaveLength(1)
})
