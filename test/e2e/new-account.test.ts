import { readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { runCommand } from '../support/stage/command.ts'
import { playOn } from '../support/stage/play.ts'
import { ALAN, GROUP } from '../support/stage/scene.ts'
import {
  CLEAN_ENVIRONMENT,
  findAccount,
  hasAccount,
  SYSTEM_PLACES,
} from '../support/stage/system-installation.ts'

const { data, roster } = SYSTEM_PLACES
const STEPS = [
  'Account',
  'Groups',
  'Folders',
  'First memory',
  'Isolation proof and smoke test',
  'Activation',
  'Roster',
]

const runAs = (as: string, ...argv: [string, ...string[]]) =>
  runCommand(argv, { cwd: '/', env: CLEAN_ENVIRONMENT, as })

/** Day of expiry in shadow(5), empty when there is none. */
function expiryOf(osUser: string): string | undefined {
  const line = readFileSync('/etc/shadow', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${osUser}:`))
  return line?.split(':')[7]
}

describe('the onboarding of a new account', () => {
  const scene = playOn()

  test('goes from /adduser to a receipt, and the newcomer is told', async () => {
    const { grace, newcomer, runOf, setAgent } = scene()
    setAgent('echo "agent of $(id -un)"')
    const ada = await newcomer()
    await ada.person.starts()
    await ada.person.sees(String(ada.id))
    const rosterBefore = readFileSync(roster, 'utf8')

    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser, github: 'ada-l' })
    expect(card.text).toContain(`create the account ${ada.osUser}`)
    expect(hasAccount(ada.osUser)).toBe(false)
    await grace.taps(/Approve/)
    const receipt = await grace.seesOn(card, /, receipt/)
    for (const step of STEPS) expect(receipt.text).toMatch(new RegExp(`✅ ${step}: done \\(\\d+`))
    expect(receipt.text).toContain('isolation proven in both directions')
    await grace.seesOn(card, `${ada.first_name} Newcomer was told in their own chat`)
    await ada.person.sees('Welcome')
    expect((await runOf(card)).state).toBe('succeeded')

    const { uid, gid, home } = findAccount(ada.osUser)
    for (const folder of [home, `${data}/memory/${ada.id}`, `${data}/history/${ada.id}`]) {
      expect(statSync(folder)).toMatchObject({ uid, gid })
      expect(statSync(folder).mode & 0o7777).toBe(0o700)
    }
    expect((await runAs(ada.osUser, 'id', '-Gn')).stdout.trim().split(' ')).toEqual([ada.osUser, GROUP])
    const rosterAfter = readFileSync(roster, 'utf8')
    expect(rosterAfter.startsWith(rosterBefore.trimEnd())).toBe(true)
    expect(rosterAfter.slice(rosterBefore.trimEnd().length)).toContain(`telegram_id: ${ada.id}`)
  })

  test('ends in an account that can use what is its own and reads nothing of others', async () => {
    const { grace, newcomer } = scene()
    const eve = await newcomer()
    const card = await answerAdduser(grace, { newcomer: eve, account: eve.osUser })
    await grace.taps(/Approve/)
    await grace.seesOn(card, /, receipt/)

    const own = await runAs(eve.osUser, 'cat', `${data}/memory/${eve.id}/MEMORY.md`)
    expect(own).toMatchObject({ status: 0, stdout: '# Memory\n' })
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
      const { status, stdout, stderr } = await runAs(eve.osUser, 'cat', path)
      expect({ path, status, stdout, stderr }).toEqual({
        path,
        status: 1,
        stdout: '',
        stderr: `cat: ${path}: Permission denied\n`,
      })
    }
    for (const folder of [`${data}/memory`, `${data}/memory/${ALAN.id}`, SYSTEM_PLACES.botState]) {
      expect((await runAs(eve.osUser, 'ls', folder)).stderr).toMatch(/Permission denied/)
    }
    expect((await runAs('alan', 'ls', findAccount(eve.osUser).home)).stderr).toMatch(/Permission denied/)
  })

  test('whose newcomer never wrote to the bot gives the admin the link, and is active only after their Start', async () => {
    const { grace, newcomer } = scene()
    const shy = await newcomer()
    const card = await answerAdduser(grace, { newcomer: shy, account: shy.osUser })
    expect(card.text).toContain('until then it stays expired')
    await grace.taps(/Approve/)
    await grace.seesOn(card, /I may not write to .* yet\. Pass this link on: https:\/\/t\.me\/usher_bot/)
    expect(expiryOf(shy.osUser)).not.toBe('')
    await shy.person.starts()
    for (let looks = 0; looks < 250 && expiryOf(shy.osUser) !== ''; looks += 1) await sleep(20)
    expect(expiryOf(shy.osUser)).toBe('')
  })

  test('takes a forwarded message and a typed id for who it is', async () => {
    const { grace, newcomer } = scene()
    const [first, second] = [await newcomer(), await newcomer()]
    await grace.sends('/adduser')
    await grace.sees('Who shall get access?')
    await grace.forwards(first, 'let me in')
    await grace.sees(`id ${first.id} (from a forwarded message)`)
    await grace.sends('/cancel')
    await grace.sends('/adduser')
    await grace.sees('Who shall get access?')
    await grace.sends(String(second.id))
    await grace.sees(`id ${second.id} (typed by hand, not proven)`)
    await grace.sends('/cancel')
    await grace.sees('Nothing was changed')
  })
})
