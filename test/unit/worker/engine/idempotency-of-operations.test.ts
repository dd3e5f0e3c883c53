import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Config } from '../../../../src/config/config.ts'
import { OPERATION_NAMES, OPERATIONS, type OperationInput } from '../../../../src/protocol/operations.ts'
import type { Caller } from '../../../../src/worker/caller.ts'
import { databaseSnapshot } from '../../../support/database-snapshot.ts'
import {
  admin,
  alice,
  engineFixture,
  type Fixture,
  operator,
  osUser,
  telegramUser,
  testConfig,
  theBot,
  theWitness,
} from '../../../support/engine-fixture.ts'
import { enrolled, enrolling } from '../../../support/enrolled.ts'
import { addAccount, DATA } from '../../../support/fake-host.ts'

type Contracts = typeof OPERATIONS
type Mutating = { [N in keyof Contracts]: Contracts[N]['mutates'] extends true ? N : never }[keyof Contracts]

/** A call that takes effect, and what shows that its key is its own. */
interface Case<N extends Mutating> {
  caller: Caller
  input: OperationInput<N>
  /** Another input; null only where there can be none. */
  other: OperationInput<N> | null
  /** Somebody else who may try the same. */
  stranger: Caller
}

/** How to bring each operation about. One that joins the protocol does not compile here without its case. */
const CASES: { [N in Mutating]: (fixture: Fixture) => Promise<Case<N>> } = {
  'request.draft': async () => ({
    caller: operator,
    input: { answers: alice },
    other: { answers: { ...alice, name: 'Alicia' } },
    stranger: admin(7),
  }),
  'run.undo': async (fixture) => {
    const first = await fixture.onboard()
    const second = await fixture.onboard({ telegram_id: 43, os_user: 'bob' })
    return { caller: operator, input: { run_id: first.id }, other: { run_id: second.id }, stranger: admin(7) }
  },
  'run.retry': async (fixture) => failedRuns(fixture, admin(7), admin(8)),
  'run.keep': async (fixture) => failedRuns(fixture, admin(7), admin(8)),
  'run.resume': async (fixture) => failedRuns(fixture, operator, admin(8), { undo: true }),
  'run.abandon': async (fixture) => {
    const { input, other, ...who } = await failedRuns(fixture, operator, admin(8), { undo: true })
    return { ...who, input: { ...input, reason: 'why' }, other: { ...other, reason: 'why' } }
  },
  'request.submit': async (fixture) => {
    const { request } = await fixture.ok(operator, 'request.draft', { answers: alice })
    const input = { id: request.id, digest: request.plan.digest }
    return { caller: operator, input, other: { ...input, id: 99 }, stranger: admin(7) }
  },
  'request.approve': async (fixture) => {
    const { id, plan } = await fixture.submit(operator)
    const asked = { id, digest: plan.digest }
    const input = { ...asked, ...(await fixture.ok(admin(7), 'request.challenge', asked)) }
    return { caller: admin(7), input, other: { ...input, id: 99 }, stranger: admin(8) }
  },
  'request.confirm': async (fixture) => {
    const { id, plan } = await fixture.submit(admin(7))
    const input = { id, digest: plan.digest, reason: 'by telephone' }
    return { caller: operator, input, other: { ...input, reason: 'by post' }, stranger: admin(8) }
  },
  'request.deny': async (fixture) => {
    const { id } = await fixture.submit(operator)
    return { caller: admin(7), input: { id }, other: { id, reason: 'no' }, stranger: admin(8) }
  },
  'request.cancel': async (fixture) => {
    const { id } = await fixture.submit(operator)
    return { caller: operator, input: { id }, other: { id: 99 }, stranger: admin(8) }
  },
  'claim.accept': async (fixture) => {
    addAccount(fixture.machine, 'carol', 4501)
    const answers = { os_user: 'carol', account: 'adopt' } as const
    const { plan, claim_code } = await fixture.submit(admin(7), answers)
    const input = { code: claim_code ?? '', digest: plan.digest }
    const stranger = osUser(4502, 'dave')
    return { caller: osUser(4501, 'carol'), input, other: { ...input, code: 'another' }, stranger }
  },
  'reconcile.run': async (fixture) => {
    await fixture.onboard()
    fixture.machine.paths.delete(join(DATA, 'memory/42'))
    return { caller: operator, input: { smoke: false }, other: { smoke: true }, stranger: admin(7) }
  },
  'reconcile.approve': async (fixture) => {
    await fixture.onboard()
    fixture.machine.paths.delete(join(DATA, 'memory/42'))
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    const asked = { id: reconciliation.id ?? 0, digest: reconciliation.digest ?? '' }
    const input = { ...asked, ...(await fixture.ok(admin(7), 'reconcile.challenge', asked)) }
    return { caller: admin(7), input, other: { ...input, id: 99 }, stranger: admin(8) }
  },
  'person.edit': async (fixture) => {
    await fixture.onboard()
    const input = { name: 'alice', changes: { model: 'big' } }
    const other = { name: 'alice', changes: { model: 'small' } }
    return { caller: operator, input, other, stranger: admin(7) }
  },
  'person.retest': async (fixture) => {
    await fixture.onboard()
    await fixture.onboard({ telegram_id: 43, os_user: 'bob' })
    return { caller: operator, input: { name: 'alice' }, other: { name: 'bob' }, stranger: admin(7) }
  },
  'access.ask': async () => ({
    caller: telegramUser(42, []),
    input: { name: 'Alice' },
    other: { name: 'Alicia' },
    stranger: telegramUser(43, []),
  }),
  'access.withdraw': async (fixture) => {
    const { access } = await fixture.ok(telegramUser(42, []), 'access.ask', { name: 'Alice' })
    const input = { id: access.id }
    return { caller: telegramUser(42, []), input, other: { id: 99 }, stranger: telegramUser(43, []) }
  },
  'access.deny': async (fixture) => {
    const { access } = await fixture.ok(telegramUser(42, []), 'access.ask', { name: 'Alice' })
    const input = { id: access.id }
    return { caller: admin(7), input, other: { ...input, reason: 'no' }, stranger: admin(8) }
  },
  'access.complete': async (fixture) => {
    const { access } = await fixture.ok(telegramUser(42, []), 'access.ask', { name: 'Alice' })
    const { telegram_id: _, proof: __, ...answers } = alice
    const input = { id: access.id, answers }
    return {
      caller: admin(7),
      input,
      other: { ...input, answers: { ...answers, name: 'Alicia' } },
      stranger: admin(8),
    }
  },
  'invite.create': async () => ({
    caller: admin(7),
    input: { role: 'user' },
    other: { role: 'user', note: 'for Bob' },
    stranger: admin(8),
  }),
  'invite.revoke': async (fixture) => {
    const { invitation } = await fixture.ok(operator, 'invite.create', { role: 'user' })
    return { caller: admin(7), input: { id: invitation.id }, other: { id: 99 }, stranger: admin(8) }
  },
  'invite.redeem': async (fixture) => {
    const first = await fixture.ok(operator, 'invite.create', { role: 'user' })
    const second = await fixture.ok(operator, 'invite.create', { role: 'user' })
    return {
      caller: telegramUser(42, []),
      input: { code: first.code ?? '' },
      other: { code: second.code ?? '' },
      stranger: telegramUser(43, []),
    }
  },
  'block.add': async () => ({
    caller: admin(7),
    input: { telegram_id: 42 },
    other: { telegram_id: 43 },
    stranger: admin(8),
  }),
  'block.remove': async (fixture) => {
    await fixture.ok(operator, 'block.add', { telegram_id: 42 })
    return {
      caller: admin(7),
      input: { telegram_id: 42 },
      other: { telegram_id: 43 },
      stranger: admin(8),
    }
  },
  'chat.freeze': async () => ({ caller: admin(7), input: {}, other: null, stranger: operator }),
  'chat.unfreeze': async (fixture) => {
    await fixture.ok(admin(7), 'chat.freeze', {})
    return { caller: operator, input: {}, other: null, stranger: theBot }
  },
  'chat.alarm': async () => ({
    caller: theBot,
    input: { kind: 'conflict' },
    other: { kind: 'foreign_edit' },
    stranger: operator,
  }),
  'totp.prove': async (fixture) => {
    const { code, telegramId } = await enrolling(fixture)
    const input = { telegram_id: telegramId, code }
    return { caller: operator, input, other: { ...input, code: '000000' }, stranger: admin(8) }
  },
  'totp.reset': async (fixture) => {
    const { telegramId } = await enrolled(fixture)
    return {
      caller: operator,
      input: { person: String(telegramId) },
      other: { person: 'bob' },
      stranger: admin(8),
    }
  },
  'totp.remove': async (fixture) => {
    const { telegramId } = await enrolled(fixture)
    return {
      caller: operator,
      input: { person: String(telegramId) },
      other: { person: 'bob' },
      stranger: admin(8),
    }
  },
  'telegram.revoke': async () => {
    const input = { telegram_id: 42, reason: 'a lost phone' }
    return { caller: operator, input, other: { telegram_id: 43 }, stranger: admin(8) }
  },
  'telegram.restore': async (fixture) => {
    await fixture.ok(operator, 'telegram.revoke', { telegram_id: 42 })
    return {
      caller: operator,
      input: { telegram_id: 42 },
      other: { telegram_id: 43 },
      stranger: admin(8),
    }
  },
  'bot.introduce': async () => ({
    caller: theBot,
    input: { username: 'usher_bot' },
    other: { username: 'another_bot' },
    stranger: admin(8),
  }),
  'witness.ask': async (fixture) => {
    await fixture.restart({ config: WITNESSED })
    const { id, plan } = await fixture.submit(operator)
    const input = { id, digest: plan.digest }
    return { caller: admin(7), input, other: { ...input, id: 99 }, stranger: admin(8) }
  },
  'witness.sent': async (fixture) => {
    await askedCodes(fixture)
    const outcome = { kind: 'sent', message_id: 5 } as const
    return { caller: theWitness, input: { id: 1, outcome }, other: { id: 2, outcome }, stranger: operator }
  },
  'witness.cleared': async (fixture) => {
    await askedCodes(fixture)
    return { caller: theWitness, input: { id: 1 }, other: { id: 2 }, stranger: operator }
  },
  'person.started': async (fixture) => {
    await fixture.submit(operator)
    await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    return { caller: telegramUser(42, []), input: {}, other: null, stranger: telegramUser(43, []) }
  },
}

/** Every role asks for the witness. */
const WITNESSED: Partial<Config> = {
  witness: { user: 'seer', tokenFile: '/w', state: '/ws', language: 'en' },
  roles: new Map(
    [...testConfig().roles].map(([name, role]) => [
      name,
      { ...role, approval: { ...role.approval, step_up: 'witness' } },
    ]),
  ),
}

/** Codes 1 and 2, of two admins. */
async function askedCodes(fixture: Fixture) {
  await fixture.restart({ config: WITNESSED })
  const { id, plan } = await fixture.submit(operator)
  for (const by of [7, 8]) await fixture.ok(admin(by), 'witness.ask', { id, digest: plan.digest })
}

/** Two runs that failed; with `undo`, such that could not be undone. */
async function failedRuns(fixture: Fixture, caller: Caller, stranger: Caller, stuck = { undo: false }) {
  await fixture.restart({
    script: {
      groups: { undo: () => (stuck.undo ? { code: 'program_failed' } : undefined) },
      'smoke-test': { apply: () => ({ code: 'probe_failed' }) },
    },
  })
  const first = await fixture.onboard()
  const second = await fixture.onboard({ telegram_id: 43, os_user: 'bob' })
  return { caller, input: { run_id: first.id }, other: { run_id: second.id }, stranger }
}

/** A code is shown once: whoever asks again gets a fresh one instead of the first, and only that differs. */
function withoutCode<T extends { ok: boolean }>(answer: T): T {
  const output = 'output' in answer ? (answer.output as { code?: unknown }) : {}
  return 'code' in output ? { ...answer, output: { ...output, code: typeof output.code } } : answer
}

function withoutCodeHashes({ invitations = [], ...tables }: ReturnType<typeof databaseSnapshot>) {
  return { ...tables, invitations: invitations.map((row) => ({ ...(row as object), code_hash: null })) }
}

const MUTATING = OPERATION_NAMES.filter((name): name is Mutating => OPERATIONS[name].mutates)
/** What takes no input at all. */
const WITHOUT_INPUT: readonly Mutating[] = ['person.started', 'chat.freeze', 'chat.unfreeze']
const KEY = 'one-key'

/** One operation brought about on a machine of its own; `call` says what came of it once nothing moves any more. */
async function stage<N extends Mutating>(operation: N) {
  const fixture = await engineFixture()
  const { caller, input, other, stranger } = await (
    CASES[operation] as (fixture: Fixture) => Promise<Case<N>>
  )(fixture)
  const quiet = async () => {
    while (fixture.store.runs.count(['queued', 'running', 'undoing']) > 0) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  await quiet()
  const begin = fixture.engine.events.latest()
  return {
    fixture,
    first: async () => withoutCode(await fixture.call(caller, operation, input, KEY)),
    changed: () => (other === null ? null : fixture.call(caller, operation, other, KEY)),
    /** With another input, so that an answer that belongs to somebody else would not pass for their own. */
    byStranger: () => fixture.call(stranger, operation, other ?? input, KEY),
    otherOperation: () => {
      const neighbour = operation === 'request.cancel' ? 'request.deny' : 'request.cancel'
      return fixture.call(caller, neighbour, { id: 99 }, KEY)
    },
    snapshot: async () => {
      await quiet()
      return withoutCodeHashes(databaseSnapshot(fixture.databaseFile))
    },
    /** The events that the call caused. */
    caused: async () => {
      await quiet()
      return fixture.engine.events.after(begin, 500).map(({ type, actor }) => `${type} by ${actor}`)
    },
  }
}

test('every changing operation has a case here', () => {
  expect(Object.keys(CASES).sort()).toEqual([...MUTATING].sort())
})

test.for(MUTATING)('%s: the same key and input is answered once more and done once', async (operation) => {
  const { fixture, first, snapshot } = await stage(operation)
  try {
    const answer = await first()
    expect(answer).toMatchObject({ ok: true })
    const before = await snapshot()
    expect(await first()).toEqual(answer)
    expect(await snapshot()).toEqual(before)
    await fixture.restart()
    const restarted = await snapshot()
    expect(await first()).toEqual(answer)
    expect(await snapshot()).toEqual(restarted)
  } finally {
    await fixture.remove()
  }
})

test.for(MUTATING)('%s: five at once with one key are one', async (operation) => {
  const alone = await stage(operation)
  const together = await stage(operation)
  try {
    const answer = await alone.first()
    const answers = await Promise.all(Array.from({ length: 5 }, together.first))
    // Everything but the times is the same on both machines: their clocks stand still.
    expect(answers).toEqual(Array.from({ length: 5 }, () => answers[0]))
    expect(answers[0]).toMatchObject({ ok: answer.ok })
    expect(await together.caused()).toEqual(await alone.caused())
  } finally {
    await alone.fixture.remove()
    await together.fixture.remove()
  }
})

test.for(MUTATING)('%s: the key belongs to its input, its actor and its operation', async (operation) => {
  const { fixture, first, changed, byStranger, otherOperation, snapshot } = await stage(operation)
  try {
    await first()
    const before = await snapshot()
    const reused = await changed()
    // Only what takes no input at all cannot be asked for with another one.
    if (reused === null) expect(WITHOUT_INPUT).toContain(operation)
    else expect(reused).toMatchObject({ ok: false, error: { code: 'key_reused' } })
    expect(await snapshot()).toEqual(before)
    const others = [await otherOperation(), await byStranger()]
    for (const other of others) expect(other).not.toMatchObject({ error: { code: 'key_reused' } })
    // Only root may unfreeze: nobody else's key can count for anything.
    if (reused === null && operation !== 'chat.unfreeze') expect(await snapshot()).not.toEqual(before)
  } finally {
    await fixture.remove()
  }
})
