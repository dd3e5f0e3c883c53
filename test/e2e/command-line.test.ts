import { describe, expect, test } from 'vitest'
import type { ReconciliationView } from '../../src/protocol/views.ts'
import { playOn } from '../support/stage/play.ts'
import { ALAN, type Newcomer, TREES } from '../support/stage/scene.ts'
import { hasAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

interface Answer {
  ok: boolean
  error?: { code: string; violations?: { field: string; code: string }[] }
  request?: { id: number; state: string; plan: { digest: string } }
  run?: { id: number; state: string }
  reconciliation?: ReconciliationView
}

const scene = playOn()

async function ask(args: readonly string[], as?: string) {
  const { status, json } = await scene().usherJson(args, as === undefined ? {} : { as })
  return { status, answer: json as Answer }
}

const saidBy = ({ reconciliation }: Answer) =>
  (reconciliation?.findings ?? []).map(({ os_user, code }) => `${os_user} ${code}`)
const codesOf = (answer: Answer) => answer.error?.violations?.map(({ code }) => code) ?? []

function adduser(person: Newcomer, changes: Record<string, string>, ...flags: string[]): string[] {
  const answers = {
    'telegram-id': String(person.id),
    name: `${person.first_name} Newcomer`,
    'os-user': person.osUser,
    role: 'user',
    ...changes,
  }
  const given = Object.entries(answers).map(([key, value]) => `--${key}=${value}`)
  return ['adduser', ...given, '--create-account', ...flags]
}

describe('the command line', () => {
  test('onboards a person as root, from flags alone', async () => {
    const ada = await scene().newcomer()
    const dry = await ask(adduser(ada, {}, '--dry-run'))
    expect(dry).toMatchObject({ status: 0, answer: { ok: true, request: { state: 'draft' } } })
    expect(hasAccount(ada.osUser)).toBe(false)
    const { digest } = dry.answer.request!.plan

    const other = await ask(adduser(ada, {}, `--approve=${'A'.repeat(22)}`, '--wait'))
    expect(other).toMatchObject({ status: 4, answer: { ok: false, error: { code: 'digest_differs' } } })
    expect(hasAccount(ada.osUser)).toBe(false)

    const done = await ask(adduser(ada, {}, `--approve=${digest}`, '--wait'))
    expect(done).toMatchObject({ status: 0, answer: { ok: true, run: { state: 'succeeded' } } })
    expect(hasAccount(ada.osUser)).toBe(true)

    const again = await ask(adduser(ada, {}, '--approve', '--wait'))
    expect(again).toMatchObject({ status: 2, answer: { error: { code: 'invalid' } } })
    const both = expect.arrayContaining(['telegram_id_on_roster', 'os_user_on_roster'])
    expect(codesOf(again.answer)).toEqual(both)

    const mine = await ask(['whoami'], ada.osUser)
    expect(mine).toMatchObject({ status: 0, answer: { person: { os_user: ada.osUser }, admin: false } })
  })

  test('tells a run that was undone by its exit status', async () => {
    scene().setAgent('exit 7')
    const failed = await ask(adduser(await scene().newcomer(), {}, '--approve', '--wait'))
    expect(failed).toMatchObject({ status: 1, answer: { run: { state: 'undone' } } })
  })

  test('gives an admin no more than a user when it is not run by root', async () => {
    const refused = await ask(adduser(await scene().newcomer(), {}, '--dry-run'), 'grace')
    expect(refused).toMatchObject({ status: 3, answer: { error: { code: 'not_permitted' } } })
    const people = await ask(['users'], 'grace')
    expect(people).toMatchObject({ status: 0, answer: { people: [{ os_user: 'grace' }] } })
  })

  test('compares everybody with the host, takes over whom root put on the roster, and has nothing left to do', async () => {
    const before = snapshotTrees(...TREES)
    const dry = await ask(['reconcile', '--dry-run', '--smoke'])
    expect(dry).toMatchObject({ status: 1, answer: { ok: false, error: { code: 'findings' } } })
    const found = saidBy(dry.answer)
    expect(found).toEqual(
      expect.arrayContaining([
        ...['grace', 'alan', 'joan'].map((name) => `${name} entry.unrecorded`),
        ...['alan groups.not_member', 'mary account.no_entry', 'hedy account.no_entry'],
      ]),
    )
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
    expect((await ask(['reconcile'], 'grace')).status).toBe(3)
    expect((await ask(['requests'])).answer).toMatchObject({ requests: [] })

    const done = await ask(['reconcile', '--approve', '--wait'])
    // Accounts that nobody on the roster has are not a repair's to touch.
    expect(done.status).toBe(1)
    expect(done.answer.reconciliation?.requests.map(({ state }) => state)).toEqual(Array(3).fill('approved'))
    const left = saidBy((await ask(['reconcile', '--smoke'])).answer)
    expect(left.filter((text) => !text.endsWith(' account.no_entry'))).toEqual([])
    expect(left).toEqual(expect.arrayContaining(['mary account.no_entry', 'hedy account.no_entry']))
  })

  test('starts no second worker on the same database', async () => {
    expect((await scene().usher(['worker'])).status).toBe(4)
    expect((await ask(['status'])).status).toBe(0)
  })

  test('says with status 5 that the worker is not there', async () => {
    const { worker } = scene()
    await worker.stop()
    const alone = await ask(['status'])
    await worker.start()
    expect(alone).toMatchObject({ status: 5, answer: { error: { code: 'unreachable' } } })
  })
})

describe('a bad answer', () => {
  test.for([
    [{ role: 'wizard' }, 'role_unknown'],
    [{ 'telegram-id': '0' }, 'telegram_id_invalid'],
    [{ 'telegram-id': 'true' }, 'telegram_id_invalid'],
    [{ 'telegram-id': '-5' }, 'telegram_id_invalid'],
    [{ 'telegram-id': String(ALAN.id) }, 'telegram_id_on_roster'],
    [{ 'os-user': '-rf' }, 'os_user_syntax'],
    [{ 'os-user': '../etc' }, 'os_user_syntax'],
    [{ 'os-user': 'a:b' }, 'os_user_syntax'],
    [{ 'os-user': 'Ada' }, 'os_user_syntax'],
    [{ 'os-user': 'ädä' }, 'os_user_syntax'],
    [{ 'os-user': 'a'.repeat(33) }, 'os_user_too_long'],
    [{ 'os-user': '1234' }, 'os_user_only_digits'],
    [{ 'os-user': 'root' }, 'os_user_reserved'],
    [{ 'os-user': 'usher' }, 'os_user_reserved'],
    [{ 'os-user': 'mary' }, 'os_user_exists'],
    [{ 'github-repos': 'nothing' }, 'github_repo_invalid'],
    [{ 'max-budget': '-1' }, 'budget_invalid'],
  ] as const)('like %o is refused with status 2 and changes nothing', async ([changes, code]) => {
    const before = snapshotTrees(...TREES)
    const person = await scene().newcomer()
    const refused = await ask(adduser(person, { ...changes }, '--approve', '--wait'))
    expect(refused).toMatchObject({ status: 2, answer: { ok: false, error: { code: 'invalid' } } })
    expect(codesOf(refused.answer)).toContain(code)
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })

  test('is reported together with every other one', async () => {
    const bad = { role: 'wizard', 'telegram-id': '0', 'os-user': 'Ada' }
    const refused = await ask(adduser(await scene().newcomer(), bad))
    expect(codesOf(refused.answer).sort()).toEqual(['os_user_syntax', 'role_unknown', 'telegram_id_invalid'])
  })
})
