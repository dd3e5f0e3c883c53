import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Authenticator, enrollPerson } from '../support/attacks/authenticator.ts'
import { type LyingBot, lyingBot } from '../support/attacks/lying-bot.ts'
import { playOn } from '../support/stage/play.ts'
import { ALAN, GRACE, GROUP, JOAN } from '../support/stage/scene.ts'
import { findAccount, hasAccount } from '../support/stage/system-installation.ts'

/** The policies of docs/security.md, each with a role that it decides. */
const ROLES = { none: 'user', totp: 'crew', witness: 'lead', terminal: 'chief' } as const
type Policy = keyof typeof ROLES
const POLICIES = Object.keys(ROLES) as Policy[]
const HOLD_MS = 2000
const EVE = 790_000_000
const RUTH = { id: 700_000_006, first_name: 'Ruth', last_name: 'Teitelbaum' }
/** Her codes are asked for and never used up, so that nothing is refused because of them. */
const NELL = { id: 700_000_007, first_name: 'Nell', last_name: 'Armstrong' }
const ADMINS = { grace: GRACE, joan: JOAN, ruth: RUTH, nell: NELL }

const scene = playOn({
  residents: [
    ...Object.entries(ADMINS).map(([os_user, { id, first_name, last_name }]) => ({
      ...{ os_user, name: `${first_name} ${last_name}`, telegram_id: id, role: 'admin' },
    })),
    { os_user: 'alan', name: 'Alan Turing', telegram_id: ALAN.id },
  ],
  config: {
    roles: {
      user: { groups: [GROUP] },
      crew: { approval: { step_up: 'totp' } },
      lead: { approval: { step_up: 'witness' } },
      chief: { approval: { step_up: 'terminal' } },
      pair: { approval: { count: 2 } },
      pair_crew: { approval: { count: 2, step_up: 'totp' } },
    },
    approval: { hold: '2s' },
    witness: {},
    approver: {},
  },
})

let eve: LyingBot
let grace: Authenticator
let joan: Authenticator
let ruth: Authenticator
let nell: Authenticator
let people = 0
const granted = new Set<string>()

beforeAll(async () => {
  const { bot, client, places, witness } = scene()
  for (const admin of Object.values(ADMINS)) await (await witness!.chat.person(admin)).starts()
  grace = await enrollPerson(client, 'grace')
  joan = await enrollPerson(client, 'joan')
  ruth = await enrollPerson(client, 'ruth')
  nell = await enrollPerson(client, 'nell')
  await bot.stop()
  eve = lyingBot(places.run, findAccount('usher'))
})
afterAll(() => expect([...granted].every(hasAccount)).toBe(true))

/** A request that the bot made up in an admin's name, for somebody who does not exist. */
async function madeUp(role: string, as = GRACE.id) {
  people += 1
  const osUser = `eve${people}`
  const answers = {
    ...{ telegram_id: EVE + people, name: `Eve ${people}`, os_user: osUser, role },
    ...({ account: 'create', proof: 'started' } as const),
  }
  const drafted = await eve.asks('request.draft', { answers }, as)
  if (!drafted.ok) throw new Error(`cannot draft: ${JSON.stringify(drafted.error)}`)
  return submitted(drafted.request, osUser, as)
}
async function submitted(request: { id: number; plan: { digest: string } }, osUser: string, as: number) {
  const about = { id: request.id, digest: request.plan.digest }
  const sent = await eve.asks('request.submit', about, as)
  if (!sent.ok) throw new Error(`cannot submit: ${JSON.stringify(sent.error)}`)
  return { about, osUser }
}
async function challengeFor(about: { id: number; digest: string }, as = GRACE.id) {
  const given = await eve.asks('request.challenge', about, as)
  if (!given.ok) throw new Error(`no challenge: ${JSON.stringify(given.error)}`)
  return given.challenge
}
/** What the witness sent this admin last, once it is about this request. */
async function witnessed(id: number, admin = GRACE.id): Promise<string> {
  const { control } = scene().witness!
  for (let looks = 0; looks < 100; looks += 1) {
    const { messages } = await control.chat({ chat: admin })
    const text = messages.map((message) => message.text).findLast((one) => one.includes(`request ${id},`))
    const code = /code is ([0-9]{4} [0-9]{4})/.exec(text ?? '')?.[1]
    if (code !== undefined) return code
    await sleep(50)
  }
  throw new Error(`the witness sent nothing about request ${id}`)
}
/** Whether it ran, in the end; what only waits out its hold is waited for. */
async function outcome({ about, osUser }: { about: { id: number }; osUser: string }) {
  for (let looks = 0; looks < 200; looks += 1) {
    const got = await scene().client.call('request.get', { id: about.id })
    if (!got.ok) throw new Error(got.error.message)
    const { state, missing, run_id } = got.request
    // When a hold has just passed nothing is missing, and the worker's timer has not seen it yet.
    const waits = state === 'submitted' && missing.every(({ kind }) => kind === 'hold')
    if (run_id !== null) {
      const run = await scene().client.call('run.get', { id: run_id })
      if (run.ok && run.run.state === 'succeeded') {
        granted.add(osUser)
        return 'granted'
      }
    } else if (!waits) {
      expect(hasAccount(osUser)).toBe(false)
      return 'nothing'
    }
    await sleep(50)
  }
  throw new Error(`request ${about.id} does not come to an end`)
}
const refused = (code: string, params?: object) => ({
  ok: false,
  error: { code, ...(params === undefined ? {} : { params }) },
})

describe('a bot that was taken over asserts an admin and', () => {
  test.for(POLICIES)('approves without a challenge: %s grants nothing', async (policy) => {
    const one = await madeUp(ROLES[policy])
    expect(await eve.asks('request.approve', one.about, GRACE.id)).toMatchObject(refused('challenge_refused'))
    const forged = { ...one.about, challenge: 'A'.repeat(22) }
    expect(await eve.asks('request.approve', forged, GRACE.id)).toMatchObject(refused('challenge_refused'))
    expect(await outcome(one)).toBe('nothing')
  })

  const TAPS = { none: 'granted', totp: 'nothing', witness: 'nothing', terminal: 'nothing' } as const
  test.for(POLICIES)('taps with a challenge that it asked for itself, and %s decides', async (policy) => {
    const one = await madeUp(ROLES[policy])
    const challenge = await challengeFor(one.about)
    const said = await eve.asks('request.approve', { ...one.about, challenge }, GRACE.id)
    if (policy === 'totp' || policy === 'witness') {
      expect(said).toMatchObject(refused('step_up_required', { factor: policy }))
    } else expect(said).toMatchObject({ ok: true })
    expect(await outcome(one)).toBe(TAPS[policy])
  })

  test.for(POLICIES)('uses the challenge of one card for another plan: %s grants nothing', async (policy) => {
    const shown = await madeUp(ROLES[policy])
    const meant = await madeUp(ROLES[policy])
    const challenge = await challengeFor(shown.about, NELL.id)
    const totp = policy === 'totp' || policy === 'witness' ? { totp: await nell.code(false) } : {}
    const swapped = { ...meant.about, challenge, ...totp }
    expect(await eve.asks('request.approve', swapped, NELL.id)).toMatchObject(refused('challenge_refused'))
    const digest = { ...shown.about, digest: meant.about.digest, challenge, ...totp }
    expect(await eve.asks('request.approve', digest, NELL.id)).toMatchObject(refused('digest_differs'))
    expect([await outcome(shown), await outcome(meant)]).toEqual(['nothing', 'nothing'])
  })

  test.for(POLICIES)('uses a challenge that another admin was given: %s grants nothing', async (policy) => {
    const one = await madeUp(ROLES[policy])
    const challenge = await challengeFor(one.about, JOAN.id)
    const said = await eve.asks('request.approve', { ...one.about, challenge }, GRACE.id)
    expect(said).toMatchObject(refused('challenge_refused'))
    expect(await outcome(one)).toBe('nothing')
  })
})

describe('a bot that was taken over is given a code by an admin, and', () => {
  test('totp: sends it with another plan than it showed, which is granted after the hold', async () => {
    const shown = await madeUp(ROLES.totp)
    const meant = await madeUp(ROLES.totp)
    const challenge = await challengeFor(meant.about)
    const totp = await grace.code()
    const said = await eve.asks('request.approve', { ...meant.about, challenge, totp }, GRACE.id)
    expect(said).toMatchObject({ ok: true, request: { state: 'submitted', missing: [{ kind: 'hold' }] } })
    expect([await outcome(shown), await outcome(meant)]).toEqual(['nothing', 'granted'])
  })

  test('totp: what waits out its hold is stopped by any admin, and by a freeze', async () => {
    const waits = async () => {
      const one = await madeUp(ROLES.totp)
      const challenge = await challengeFor(one.about, JOAN.id)
      const totp = await joan.code()
      const said = await eve.asks('request.approve', { ...one.about, challenge, totp }, JOAN.id)
      expect(said).toMatchObject({ ok: true })
      return one
    }
    const first = await waits()
    const denied = await scene().client.call('request.deny', { id: first.about.id })
    expect(denied).toMatchObject({ ok: true })
    const second = await waits()
    expect(await eve.asks('chat.freeze', {}, GRACE.id)).toMatchObject({ ok: true })
    await sleep(HOLD_MS + 1000)
    expect([await outcome(first), await outcome(second)]).toEqual(['nothing', 'nothing'])
    expect(await eve.asks('chat.unfreeze', {}, GRACE.id)).toMatchObject(refused('not_permitted'))
    expect(await eve.asks('request.challenge', second.about, GRACE.id)).toMatchObject(refused('frozen'))
    expect(await scene().client.call('chat.unfreeze', {})).toMatchObject({ ok: true, ended: true })
  })

  test('totp: sends it a second time, which grants nothing', async () => {
    const [first, second] = [await madeUp(ROLES.totp), await madeUp(ROLES.totp)]
    const totp = await grace.code()
    const once = { ...first.about, challenge: await challengeFor(first.about), totp }
    expect(await eve.asks('request.approve', once, GRACE.id)).toMatchObject({ ok: true })
    const again = { ...second.about, challenge: await challengeFor(second.about), totp }
    expect(await eve.asks('request.approve', again, GRACE.id)).toMatchObject(
      refused('factor_refused', { factor: 'totp' }),
    )
    const other = { ...second.about, challenge: await challengeFor(second.about, JOAN.id), totp }
    expect(await eve.asks('request.approve', other, JOAN.id)).toMatchObject(
      refused('factor_refused', { factor: 'totp' }),
    )
    expect([await outcome(first), await outcome(second)]).toEqual(['granted', 'nothing'])
  })

  test('witness: sends what the admin gave for one plan with another, which grants nothing', async () => {
    const shown = await madeUp(ROLES.witness)
    const meant = await madeUp(ROLES.witness)
    expect(await eve.asks('witness.ask', shown.about, NELL.id)).toMatchObject({ ok: true })
    const witness_code = await witnessed(shown.about.id, NELL.id)
    const totp = await nell.code(false)
    const challenge = await challengeFor(meant.about, NELL.id)
    const swapped = { ...meant.about, challenge, totp, witness_code }
    expect(await eve.asks('request.approve', swapped, NELL.id)).toMatchObject(
      refused('factor_refused', { factor: 'witness' }),
    )
    // Asked for the plan that it means, it does not see the code: that stands in the witness's chat, behind the truth.
    const asked = await eve.asks('witness.ask', meant.about, NELL.id)
    expect(asked).toMatchObject({ ok: true })
    const right = await witnessed(meant.about.id, NELL.id)
    expect(JSON.stringify(asked)).not.toContain(right.replace(' ', ''))
    for (let tries = 0; tries < 4; tries += 1) {
      const guess = { ...meant.about, challenge, totp, witness_code: '0000 0000' }
      expect(await eve.asks('request.approve', guess, NELL.id)).toMatchObject(
        refused('factor_refused', { factor: 'witness' }),
      )
    }
    // The right one comes too late now.
    const late = { ...meant.about, challenge, totp, witness_code: right }
    expect(await eve.asks('request.approve', late, NELL.id)).toMatchObject(refused('factor_refused'))
    expect([await outcome(shown), await outcome(meant)]).toEqual(['nothing', 'nothing'])
  })

  test('witness: for another admin than the witness told, which grants nothing', async () => {
    const one = await madeUp(ROLES.witness)
    expect(await eve.asks('witness.ask', one.about, JOAN.id)).toMatchObject({ ok: true })
    const witness_code = await witnessed(one.about.id, JOAN.id)
    const challenge = await challengeFor(one.about, NELL.id)
    const totp = await nell.code(false)
    const said = await eve.asks('request.approve', { ...one.about, challenge, totp, witness_code }, NELL.id)
    expect(said).toMatchObject(refused('factor_refused', { factor: 'witness' }))
    expect(await outcome(one)).toBe('nothing')
  })

  test('witness: passes both on for the plan that the witness showed, which is what the admin wanted', async () => {
    const one = await madeUp(ROLES.witness)
    expect(await eve.asks('witness.ask', one.about, RUTH.id)).toMatchObject({ ok: true })
    const witness_code = await witnessed(one.about.id, RUTH.id)
    const factors = {
      challenge: await challengeFor(one.about, RUTH.id),
      totp: await ruth.code(),
      witness_code,
    }
    expect(await eve.asks('request.approve', { ...one.about, ...factors }, RUTH.id)).toMatchObject({
      ok: true,
    })
    expect(await eve.asks('request.approve', { ...one.about, ...factors }, RUTH.id)).toMatchObject({
      ok: false,
    })
    expect(await outcome(one)).toBe('granted')
  })
})

describe('a bot that was taken over taps for two admins where two must agree, and', () => {
  test('none: that is granted, because it can be both', async () => {
    const one = await madeUp('pair')
    for (const admin of [RUTH.id, JOAN.id]) {
      const challenge = await challengeFor(one.about, admin)
      expect(await eve.asks('request.approve', { ...one.about, challenge }, admin)).toMatchObject({
        ok: true,
      })
    }
    expect(await outcome(one)).toBe('granted')
  })

  test('totp: that is not, because each has a second factor of their own', async () => {
    const one = await madeUp('pair_crew')
    const totp = await ruth.code()
    const first = { ...one.about, challenge: await challengeFor(one.about, RUTH.id), totp }
    expect(await eve.asks('request.approve', first, RUTH.id)).toMatchObject({ ok: true })
    const second = { ...one.about, challenge: await challengeFor(one.about, JOAN.id), totp }
    expect(await eve.asks('request.approve', second, JOAN.id)).toMatchObject(refused('factor_refused'))
    expect(await outcome(one)).toBe('nothing')
  })
})

describe('a bot that was taken over tries another way, and', () => {
  test('rebinds nobody: an admin’s Telegram id or role takes more than it can give', async () => {
    const { client } = scene()
    const before = await client.call('people.get', { name: 'joan' })
    for (const changes of [{ telegram_id: EVE }, { role: 'user' }]) {
      const drafted = await eve.asks(
        'person.edit',
        { name: 'joan', changes, proof: 'started', reason: 'new' },
        GRACE.id,
      )
      if (!drafted.ok) throw new Error(JSON.stringify(drafted.error))
      const { about } = await submitted(drafted.request, 'nobody', GRACE.id)
      for (const admin of [GRACE.id, JOAN.id]) {
        const challenge = await challengeFor(about, admin)
        await eve.asks('request.approve', { ...about, challenge }, admin)
      }
      const got = await client.call('request.get', { id: about.id })
      expect(got).toMatchObject({ ok: true, request: { state: 'submitted', run_id: null } })
      expect(got.ok && got.request.missing.map(({ kind }) => kind)).toContain('terminal')
      await client.call('request.deny', { id: about.id })
    }
    expect(await client.call('people.get', { name: 'joan' })).toEqual(before)
  })

  test('makes an admin of nobody by an edit', async () => {
    const drafted = await eve.asks('person.edit', { name: 'alan', changes: { role: 'admin' } }, GRACE.id)
    if (!drafted.ok) throw new Error(JSON.stringify(drafted.error))
    const { about } = await submitted(drafted.request, 'nobody', GRACE.id)
    const challenge = await challengeFor(about)
    await eve.asks('request.approve', { ...about, challenge }, GRACE.id)
    expect(await scene().client.call('request.get', { id: about.id })).toMatchObject({
      request: { state: 'submitted', run_id: null },
    })
    await scene().client.call('request.deny', { id: about.id })
  })

  const INVITED = { none: 'granted', totp: 'nothing', witness: 'refused', terminal: 'refused' } as const
  test.for(POLICIES)('redeems an invitation that it made itself, and %s decides', async (policy) => {
    people += 1
    const telegramId = EVE + people
    const osUser = `eve${people}`
    const role = ROLES[policy]
    const invited = await eve.asks('invite.create', { role }, GRACE.id)
    if (INVITED[policy] === 'refused') {
      expect(invited).toMatchObject(refused('not_permitted'))
      return
    }
    if (!invited.ok) throw new Error(JSON.stringify(invited.error))
    expect(await eve.asks('invite.redeem', { code: invited.code ?? '' }, telegramId)).toMatchObject({
      ok: true,
      role,
    })
    const asked = await eve.asks('access.ask', { name: `Eve ${people}` }, telegramId)
    if (!asked.ok) throw new Error(JSON.stringify(asked.error))
    const answers = { name: `Eve ${people}`, os_user: osUser, role, account: 'create' } as const
    const completed = await eve.asks('access.complete', { id: asked.access.id, answers }, GRACE.id)
    if (!completed.ok) throw new Error(JSON.stringify(completed.error))
    const one = await submitted(completed.request, osUser, GRACE.id)
    const challenge = await challengeFor(one.about)
    await eve.asks('request.approve', { ...one.about, challenge }, GRACE.id)
    expect(await outcome(one)).toBe(INVITED[policy])
  })

  test('confirms nothing, enrolls nobody, lifts no freeze and revokes nobody', async () => {
    const one = await madeUp(ROLES.terminal)
    for (const as of [undefined, GRACE.id]) {
      const refusals = [
        await eve.asks('request.confirm', one.about, as),
        await eve.asks('totp.enroll', { person: 'grace' }, as),
        await eve.asks('totp.reset', { person: 'grace' }, as),
        await eve.asks('chat.unfreeze', {}, as),
        await eve.asks('telegram.restore', { telegram_id: EVE }, as),
        await eve.asks('telegram.revoke', { telegram_id: JOAN.id }, as),
        await eve.asks('witness.pending', {}, as),
      ]
      for (const said of refusals) expect(said).toMatchObject(refused('not_permitted'))
    }
    expect(await outcome(one)).toBe('nothing')
  })

  test('comes in by no other socket', async () => {
    for (const socket of ['admin.sock', 'witness.sock', 'approver.sock'] as const) {
      expect(await eve.knocks(socket)).toBeNull()
    }
  })

  test('undoes nothing that succeeded', async () => {
    const runs = await scene().client.call('request.list', { limit: 200 })
    const done = runs.ok
      ? runs.requests.find(({ run_id, state }) => state === 'approved' && run_id !== null)
      : undefined
    const undo = await eve.asks('run.undo', { run_id: done?.run_id ?? 0 }, GRACE.id)
    if (!undo.ok) throw new Error(JSON.stringify(undo.error))
    const { about } = await submitted(undo.request, 'nobody', GRACE.id)
    const challenge = await challengeFor(about)
    await eve.asks('request.approve', { ...about, challenge }, GRACE.id)
    expect(await scene().client.call('request.get', { id: about.id })).toMatchObject({
      request: { state: 'submitted', missing: [{ kind: 'terminal' }] },
    })
  })
})
