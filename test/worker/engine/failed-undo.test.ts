import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunView } from '../../../src/protocol/views.ts'
import { byHandLines } from '../../../src/texts/by-hand.ts'
import { runLines } from '../../../src/texts/runs.ts'
import { createWords } from '../../../src/texts/words.ts'
import { type Fixture, operator } from '../../support/engine-fixture.ts'
import { places } from '../../support/host/test-host.ts'
import { rememberMachine } from '../../support/host/test-machine.ts'
import { realEngine } from '../../support/real-engine.ts'

const words = createWords('en')

let fixture: Fixture
let forget: () => void
beforeEach(() => {
  forget = rememberMachine()
})
afterEach(async () => {
  await fixture.remove()
  forget()
})

const roster = () => readFileSync(places.rosterFile, 'utf8')
const accountFiles = () =>
  ['passwd', 'shadow', 'group', 'subuid', 'subgid'].map((file) => readFileSync(`/etc/${file}`, 'utf8'))
const todo = (run: RunView) => byHandLines(words, run.by_hand).map(({ text }) => text)

/** Asks for the undo of run 1, approves it and waits for its end. */
async function undo(): Promise<RunView> {
  const { request } = await fixture.ok(operator, 'run.undo', { run_id: 1 })
  const { id, plan } = request
  await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
  const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  return fixture.ended(approved.request.run_id ?? 0)
}

/** A file that cannot be replaced: rename(2) onto a mount point is refused. */
function pinned<T>(file: string, use: () => Promise<T>): Promise<T> {
  execFileSync('mount', ['--bind', file, file])
  return use().finally(() => execFileSync('umount', [file]))
}

describe('an undo on a real host that cannot finish', () => {
  test('because the roster was broken by hand says so, and once it is mended goes on to the end', async () => {
    fixture = await realEngine()
    const before = roster()
    await fixture.onboard()
    const whole = roster()
    writeFileSync(places.rosterFile, `${whole}\n  - [half written`)
    const run = await undo()
    expect(run).toMatchObject({ state: 'failed', choices: ['resume', 'abandon'] })
    expect(todo(run)).toEqual([
      `remove the entry of alice (Telegram id 42) from ${places.rosterFile}, with an editor`,
    ])
    expect(existsSync('/home/alice')).toBe(false)

    writeFileSync(places.rosterFile, whole)
    await fixture.ok(operator, 'run.resume', { run_id: run.id })
    expect(await fixture.ended(run.id)).toMatchObject({ state: 'succeeded', by_hand: [] })
    expect(roster()).toBe(before)
  })

  test('because the account cannot be removed names the account and its home, and both go when it is resumed', async () => {
    const before = accountFiles()
    fixture = await realEngine()
    await fixture.onboard()
    const uid = execFileSync('id', ['-u', 'alice'], { encoding: 'utf8' }).trim()
    const run = await pinned('/etc/shadow', undo)
    expect(run.state).toBe('failed')
    expect(todo(run)).toContain(
      `remove the account alice (uid ${uid}) if it is still there: userdel -- alice`,
    )
    expect(todo(run).join('\n')).toContain('/home/alice')
    expect(roster()).not.toContain('alice')
    // What cannot be removed holds its person.
    const answers = { telegram_id: 42, name: 'A', os_user: 'alice', role: 'user', account: 'create' } as const
    const again = await fixture.call(operator, 'request.draft', { answers })
    expect(again).toMatchObject({ ok: false })

    await fixture.ok(operator, 'run.resume', { run_id: 1 })
    const ended = await fixture.ended(run.id)
    expect(ended.steps.flatMap(({ undo_failure }) => undo_failure ?? [])).toEqual([])
    expect(ended.state).toBe('succeeded')
    expect(accountFiles()).toEqual(before)
    expect(existsSync('/home/alice')).toBe(false)
  })

  test('and was done by hand as the receipt says goes on as if the run had done it', async () => {
    fixture = await realEngine()
    await fixture.onboard()
    const run = await pinned('/etc/shadow', undo)
    for (const { code } of run.by_hand) {
      if (code === 'account') execFileSync('userdel', ['--', 'alice'])
      if (code === 'home')
        execFileSync('mv', ['--no-target-directory', '--', '/home/alice', '/home/alice.kept'])
    }
    await fixture.ok(operator, 'run.resume', { run_id: run.id })
    expect((await fixture.ended(run.id)).state).toBe('succeeded')
    // What somebody moved out of the way is theirs.
    expect(existsSync('/home/alice.kept')).toBe(true)
  })

  test('is abandoned with a reason: nothing more is done, and the receipt says what was left', async () => {
    fixture = await realEngine()
    await fixture.onboard()
    const run = await pinned('/etc/shadow', undo)
    const abandoned = await fixture.ok(operator, 'run.abandon', {
      run_id: run.id,
      reason: 'for the auditors',
    })
    const lines = runLines(words, abandoned.run).map(({ text }) => text)
    expect(lines).toContain('Left on this host:')
    expect(lines.some((text) => text.startsWith('the account alice (uid '))).toBe(true)
    expect(lines.some((text) => text.includes('for the auditors'))).toBe(true)
    expect(existsSync('/home/alice')).toBe(true)
    expect(await fixture.call(operator, 'run.resume', { run_id: run.id })).toMatchObject({ ok: false })
  })
})
