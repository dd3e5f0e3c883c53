import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { RunView } from '../../src/protocol/views.ts'
import { answerAdduser } from '../support/stage/adduser.ts'
import { runCommand } from '../support/stage/command.ts'
import { playOn } from '../support/stage/play.ts'
import { MARY, type Newcomer, type Scene, TREES } from '../support/stage/scene.ts'
import { CLEAN_ENVIRONMENT, hasAccount, SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

describe('a smoke test that fails', () => {
  const scene = playOn({ config: { adopt: 'admin' } })

  test('says why on the card, and the host is byte for byte as before', async () => {
    const { grace, newcomer, runOf, setAgent } = scene()
    setAgent('echo "agent: no licence for $(id -un)" >&2; exit 7')
    const ada = await newcomer()
    await ada.person.starts()
    await ada.person.sees(String(ada.id))
    const heard = (await ada.person.chat()).messages
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps(/Approve/)
    const receipt = await grace.seesOn(card, /, receipt/)
    expect(receipt.text).toContain('❌ Isolation proof and smoke test: failed')
    expect(receipt.text).toContain(`agent: no licence for ${ada.osUser}`)
    expect(receipt.text).toContain(`removed the account ${ada.osUser}`)
    expect((await runOf(receipt)).state).toBe('undone')
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
    expect((await ada.person.chat()).messages).toEqual(heard)
  })

  test('takes what the agent left in a home that nobody ever used away with it', async () => {
    const { grace, newcomer, setAgent } = scene()
    setAgent('echo precious >"$HOME/work"; exit 7')
    const ada = await newcomer()
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps(/Approve/)
    const receipt = await grace.seesOn(card, /, receipt/)
    expect(hasAccount(ada.osUser)).toBe(false)
    expect(receipt.text).toContain('Nothing of this run is left')
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })

  test('leaves an adopted account as it was', async () => {
    const { grace, phone, runOf, setAgent } = scene()
    setAgent('exit 7')
    await phone(MARY)
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(grace, { newcomer: MARY, account: /^mary \(exists/, adopt: true })
    await grace.taps(/Approve/)
    await grace.seesOn(card, /, receipt/)
    expect((await runOf(card)).state).toBe('undone')
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })
})

describe('a run that succeeded', () => {
  const scene = playOn()

  test('is taken back by usher run undo, and the host is byte for byte as before', async () => {
    const { newcomer, usher } = scene()
    const ada = await newcomer()
    const before = snapshotTrees(...TREES)
    expect(await usher(adduser(ada))).toMatchObject({ status: 0 })
    expect(hasAccount(ada.osUser)).toBe(true)
    const undone = await usher(['run', 'undo', await newestRun(scene()), '--approve', '--wait'])
    expect(undone).toMatchObject({ status: 0 })
    expect(hasAccount(ada.osUser)).toBe(false)
    expect(existsSync(`/home/${ada.osUser}`)).toBe(false)
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })

  test('is taken back without what its person made since: that is kept out of reach, and named', async () => {
    const { newcomer, usher, usherJson } = scene()
    const ada = await newcomer()
    expect(await usher(adduser(ada))).toMatchObject({ status: 0 })
    const made = ['sh', '-c', 'umask 077; echo precious >"$0"', `/home/${ada.osUser}/work`] as const
    await runCommand(made, { cwd: '/', env: CLEAN_ENVIRONMENT, as: ada.osUser })
    const id = await newestRun(scene())
    const { json } = await usherJson(['run', 'undo', id, '--approve', '--wait'])
    const { run } = json as { run: RunView }
    expect(run.state).toBe('succeeded')
    const note = run.steps
      .flatMap(({ notes }) => notes)
      .find(({ code }) => code === 'account.home_quarantined')
    const kept = String(note?.params?.['path'])
    expect(readFileSync(`${kept}/work`, 'utf8')).toBe('precious\n')
    expect(
      (await runCommand(['ls', kept], { cwd: '/', env: CLEAN_ENVIRONMENT, as: 'alan' })).status,
    ).not.toBe(0)
    expect(hasAccount(ada.osUser)).toBe(false)
    expect(existsSync(`/home/${ada.osUser}`)).toBe(false)
  })

  test('is undone aspect by aspect: a roster entry that was edited since stays and is named', async () => {
    const { newcomer, usherJson, usher } = scene()
    const ada = await newcomer()
    expect(await usher(adduser(ada))).toMatchObject({ status: 0 })
    const { roster } = SYSTEM_PLACES
    const text = readFileSync(roster, 'utf8').replace(
      `name: ${ada.first_name} Newcomer`,
      'name: Somebody Else',
    )
    writeFileSync(roster, text)
    const id = await newestRun(scene())
    const { json } = await usherJson(['run', 'undo', id, '--approve', '--wait'])
    expect(JSON.stringify(json)).toContain('roster.kept')
    expect(readFileSync(roster, 'utf8')).toContain('name: Somebody Else')
  })
})

async function newestRun({ client }: Scene): Promise<string> {
  const listed = await client.call('request.list', {})
  if (!listed.ok) throw new Error(listed.error.message)
  return String(Math.max(...listed.requests.map(({ run_id }) => run_id ?? 0)))
}

function adduser({ id, osUser, first_name }: Newcomer): string[] {
  const who = ['--telegram-id', String(id), '--name', `${first_name} Newcomer`, '--os-user', osUser]
  return ['adduser', ...who, '--role', 'user', '--create-account', '--approve', '--wait']
}
