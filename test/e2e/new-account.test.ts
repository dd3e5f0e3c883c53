import { readFileSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { runCommand } from '../support/stage/command.ts'
import { ADA, ALAN } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'
import {
  CLEAN_ENVIRONMENT,
  findAccount,
  hasAccount,
  SYSTEM_PLACES,
} from '../support/stage/system-installation.ts'

const { data, roster } = SYSTEM_PLACES

const asAda = (...argv: [string, ...string[]]) =>
  runCommand(argv, { cwd: '/', env: CLEAN_ENVIRONMENT, as: 'ada' })

describe('the onboarding of a new account', () => {
  test('goes from /adduser to a receipt, and the newcomer is told', async () => {
    const { grace, phone, run } = await startedScene({
      groups: ['agents'],
      config: { roles: { user: { groups: ['agents'] } } },
      agent: 'echo "agent of $(id -un)"',
    })
    const ada = await phone(ADA)
    await ada.starts()
    await ada.sees(String(ADA.id))
    const rosterBefore = readFileSync(roster, 'utf8')

    const card = await answerAdduser(grace, { newcomer: ADA, account: 'ada', github: 'ada-l' })
    expect(card.text).toContain('create the account ada')
    expect(hasAccount('ada')).toBe(false)
    await grace.taps(/Approve/)
    const receipt = await grace.seesOn(card, /, receipt/)
    for (const step of [
      'Account',
      'Groups',
      'Folders',
      'First memory',
      'Isolation proof and smoke test',
      'Activation',
      'Roster',
    ]) {
      expect(receipt.text).toMatch(new RegExp(`✅ ${step}: done \\(\\d+`))
    }
    expect(receipt.text).toContain('isolation proven in both directions')
    await grace.seesOn(card, 'Ada Lovelace was told in their own chat')
    await ada.sees('Welcome, Ada Lovelace')
    expect((await run(1)).state).toBe('succeeded')

    const { uid, gid, home } = findAccount('ada')
    expect(statSync(home)).toMatchObject({ uid, gid })
    expect(statSync(home).mode & 0o777).toBe(0o700)
    for (const folder of [`${data}/memory/${ADA.id}`, `${data}/history/${ADA.id}`]) {
      expect(statSync(folder)).toMatchObject({ uid, gid })
      expect(statSync(folder).mode & 0o777).toBe(0o700)
    }
    expect((await asAda('id', '-Gn')).stdout.trim().split(' ')).toEqual(['ada', 'agents'])
    const rosterAfter = readFileSync(roster, 'utf8')
    expect(rosterAfter.startsWith(rosterBefore.trimEnd())).toBe(true)
    expect(rosterAfter.slice(rosterBefore.trimEnd().length)).toContain(`telegram_id: ${ADA.id}`)
  })

  test('ends in an account that can use what is its own and reads nothing of others', async () => {
    const { grace } = await startedScene()
    const card = await answerAdduser(grace, { newcomer: ADA, account: 'ada' })
    await grace.taps(/Approve/)
    await grace.seesOn(card, /, receipt/)

    expect(await asAda('cat', `${data}/memory/${ADA.id}/MEMORY.md`)).toMatchObject({
      status: 0,
      stdout: '# Memory\n',
    })
    const forbidden = [
      '/home/alan/notes.txt',
      `${data}/memory/${ALAN.id}/MEMORY.md`,
      `${data}/history/${ALAN.id}/MEMORY.md`,
      roster,
      SYSTEM_PLACES.secrets,
      SYSTEM_PLACES.token,
      `${SYSTEM_PLACES.state}/usher.db`,
    ]
    for (const path of forbidden) {
      const read = await asAda('cat', path)
      expect({ path, status: read.status, stdout: read.stdout }).toEqual({ path, status: 1, stdout: '' })
      expect(read.stderr).toMatch(/Permission denied/)
    }
    for (const folder of [`${data}/memory`, `${data}/memory/${ALAN.id}`, SYSTEM_PLACES.botState]) {
      expect((await asAda('ls', folder)).stderr).toMatch(/Permission denied/)
    }
    const asAlan = await runCommand(['ls', findAccount('ada').home], {
      cwd: '/',
      env: CLEAN_ENVIRONMENT,
      as: 'alan',
    })
    expect(asAlan.stderr).toMatch(/Permission denied/)
  })

  test('whose newcomer never wrote to the bot gives the admin the link to pass on', async () => {
    const { grace, phone } = await startedScene()
    await phone(ADA)
    const card = await answerAdduser(grace, { newcomer: ADA, account: 'ada' })
    await grace.taps(/Approve/)
    await grace.seesOn(
      card,
      /I may not write to Ada Lovelace yet\. Pass this link on: https:\/\/t\.me\/usher_bot/,
    )
  })
})
