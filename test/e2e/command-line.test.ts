import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA, ALAN, createScene, type Scene, TREES } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'
import { hasAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

interface Answer {
  ok: boolean
  error?: { code: string; violations?: { field: string; code: string }[] }
  request?: { id: number; state: string; plan: { digest: string } }
  run?: { id: number; state: string }
}

function adduser(changes: Record<string, string | null> = {}, ...flags: string[]): string[] {
  const answers: Record<string, string | null> = {
    'telegram-id': String(ADA.id),
    name: 'Ada Lovelace',
    'os-user': 'ada',
    role: 'user',
    ...changes,
  }
  const given = Object.entries(answers).flatMap(([key, value]) =>
    value === null ? [] : [`--${key}=${value}`],
  )
  return ['adduser', ...given, '--create-account', ...flags]
}

describe('a bad answer', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await createScene()
  })
  afterAll(() => scene?.close())

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
  ] as const)('%o is refused with status 2 and changes nothing', async ([changes, code]) => {
    const before = snapshotTrees(...TREES)
    const refused = await ask(scene, adduser(changes, '--approve', '--wait'))
    expect(refused).toMatchObject({ status: 2, answer: { ok: false, error: { code: 'invalid' } } })
    expect(refused.answer.error!.violations!.map((one) => one.code)).toContain(code)
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })

  test('is reported together with every other one', async () => {
    const refused = await ask(scene, adduser({ role: 'wizard', 'telegram-id': '0', 'os-user': 'Ada' }))
    expect(refused.answer.error!.violations!.map(({ code }) => code).sort()).toEqual([
      'os_user_syntax',
      'role_unknown',
      'telegram_id_invalid',
    ])
  })
})

async function ask(scene: Scene, args: readonly string[], as?: string) {
  const { status, json } = await scene.usherJson(args, as === undefined ? {} : { as })
  return { status, answer: json as Answer }
}

describe('the command line', () => {
  test('onboards a person as root, from flags alone', async () => {
    const scene = await startedScene()
    const dry = await ask(scene, adduser({}, '--dry-run'))
    expect(dry).toMatchObject({ status: 0, answer: { ok: true, request: { state: 'draft' } } })
    expect(hasAccount('ada')).toBe(false)
    const digest = dry.answer.request!.plan.digest

    const other = await ask(scene, adduser({}, `--approve=${'A'.repeat(22)}`, '--wait'))
    expect(other).toMatchObject({ status: 4, answer: { ok: false, error: { code: 'digest_differs' } } })
    expect(hasAccount('ada')).toBe(false)

    const done = await ask(scene, adduser({}, `--approve=${digest}`, '--wait'))
    expect(done).toMatchObject({ status: 0, answer: { ok: true, run: { state: 'succeeded' } } })
    expect(hasAccount('ada')).toBe(true)

    const again = await ask(scene, adduser({}, '--approve', '--wait'))
    expect(again).toMatchObject({ status: 2, answer: { error: { code: 'invalid' } } })
    const fields = again.answer.error!.violations!.map(({ code }) => code)
    expect(fields).toEqual(expect.arrayContaining(['telegram_id_on_roster', 'os_user_on_roster']))

    const people = await ask(scene, ['users'])
    expect(people.status).toBe(0)
    const mine = await ask(scene, ['whoami'], 'ada')
    expect(mine).toMatchObject({ status: 0, answer: { person: { os_user: 'ada' }, admin: false } })
  })

  test('tells a failed run by its exit status', async () => {
    const scene = await startedScene({ agent: 'exit 7' })
    const failed = await ask(scene, adduser({}, '--approve', '--wait'))
    expect(failed).toMatchObject({ status: 1, answer: { run: { state: 'undone' } } })
  })

  test('gives an admin no more than a user when it is not run by root', async () => {
    const scene = await startedScene()
    const refused = await ask(scene, adduser({}, '--dry-run'), 'grace')
    expect(refused).toMatchObject({ status: 3, answer: { error: { code: 'not_permitted' } } })
    const people = await ask(scene, ['users'], 'grace')
    expect(people.status).toBe(3)
  })

  test('says with status 5 that the worker is not there', async () => {
    const scene = await startedScene()
    await scene.worker.stop()
    expect(await ask(scene, ['status'])).toMatchObject({
      status: 5,
      answer: { error: { code: 'unreachable' } },
    })
  })

  test('starts no second worker on the same database', async () => {
    const scene = await startedScene()
    const second = await scene.usher(['worker'])
    expect(second.status).toBe(4)
    expect(await ask(scene, ['status'])).toMatchObject({ status: 0 })
  })
})
