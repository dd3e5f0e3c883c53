import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { TREES } from '../support/stage/scene.ts'
import { hasAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

/** The day on which the account expires, as getent(1) reads it from shadow(5); empty: never. */
const expiryOf = (name: string) =>
  execFileSync('getent', ['shadow', name], { encoding: 'utf8' }).trim().split(':')[7]
const CREATED_EXPIRED = '1'

describe('an account whose person never wrote to the bot', () => {
  const scene = playOn()

  test('is expired after its run until that person presses Start: nobody else’s does anything', async () => {
    const { grace, newcomer, usher, runOf } = scene()
    const [ada, eve] = [await newcomer(), await newcomer()]
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    expect(card.text).toContain("chosen with Telegram's user picker")
    expect(card.text).toContain(`once Telegram id ${ada.id} has pressed Start`)
    await grace.taps(/Approve/)
    await grace.seesOn(card, /Activation: waits for their Start[\s\S]*t\.me\/usher_bot\?start=welcome/)
    expect((await runOf(card)).state).toBe('succeeded')
    expect(expiryOf(ada.osUser)).toBe(CREATED_EXPIRED)
    expect((await usher(['user', 'show', ada.osUser])).stdout).toContain('not active before they press Start')

    await eve.person.starts('welcome')
    await eve.person.sees(String(eve.id))
    await grace.starts()
    expect(expiryOf(ada.osUser)).toBe(CREATED_EXPIRED)

    await ada.person.starts('welcome')
    await ada.person.sees('is active now')
    expect(expiryOf(ada.osUser)).toBe('')
    await grace.seesOn(card, /activated the account[\s\S]*was told in their own chat/)
    expect((await usher(['user', 'show', ada.osUser])).stdout).not.toContain('Start')
  })

  test('is made by usher adduser --wait, which ends and says what is waited for, and outlives both processes', async () => {
    const { newcomer, usher, worker, bot } = scene()
    const ada = await newcomer()
    const who = ['--telegram-id', String(ada.id), '--name', 'Ada', '--os-user', ada.osUser, '--role', 'user']
    const added = await usher(['adduser', ...who, '--create-account', '--approve', '--wait'])
    expect(added.status).toBe(0)
    expect(added.stdout).toContain(`becomes active when Telegram id ${ada.id} presses Start`)
    expect(expiryOf(ada.osUser)).toBe(CREATED_EXPIRED)
    await bot.kill()
    await worker.kill()
    await ada.person.starts()
    await worker.start()
    await bot.start()
    await ada.person.sees('is active now')
    expect(expiryOf(ada.osUser)).toBe('')
  })

  test('is left to whoever expires it by hand meanwhile', async () => {
    const { grace, newcomer } = scene()
    const ada = await newcomer()
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps(/Approve/)
    await grace.seesOn(card, /Activation: waits for their Start/)
    execFileSync('chage', ['--expiredate', '2001-01-01', ada.osUser])
    await ada.person.starts()
    await grace.seesOn(card, /its expiry was changed by hand/)
    expect(expiryOf(ada.osUser)).toBe('11323')
  })

  test('can be taken back before and after the Start, and the host is byte for byte as before', async () => {
    const { grace, newcomer, usher, runOf } = scene()
    for (const starts of [false, true]) {
      const ada = await newcomer()
      const before = snapshotTrees(...TREES)
      const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
      await grace.taps(/Approve/)
      await grace.seesOn(card, /Activation: waits for their Start/)
      if (starts) {
        await ada.person.starts()
        await ada.person.sees('is active now')
      }
      const { id } = await runOf(card)
      expect(await usher(['run', 'undo', String(id), '--approve', '--wait'])).toMatchObject({ status: 0 })
      expect(hasAccount(ada.osUser)).toBe(false)
      expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
    }
  })
})
