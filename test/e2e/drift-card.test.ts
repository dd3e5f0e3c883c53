import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { hasAccount, SYSTEM_PLACES } from '../support/stage/system-installation.ts'

const TEMPLATE = '/etc/usher/MEMORY.md.example'

describe('what differs from what was decided', () => {
  const scene = playOn()

  test('a folder that is missing is named on a card, and back after Repair, with its owner and mode', async () => {
    const { grace, newcomer } = scene()
    const ada = await newcomer()
    await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps(/Approve/)
    await grace.sees(/succeeded after/, { buttons: [/Undo/] })
    const folder = join(SYSTEM_PLACES.data, 'memory', String(ada.id))
    const { uid, mode } = statSync(folder)
    rmSync(folder, { recursive: true })

    await grace.sends('/reconcile')
    await grace.sees(`the folder ${folder} is missing`)
    expect(existsSync(folder)).toBe(false)
    await grace.sends('/reconcile repair')
    const card = await grace.sees(/Reconciliation \d+, /, { buttons: [/Repair/, /Leave it/] })
    expect(card.text).toMatch(new RegExp(`\\(${ada.osUser}\\)\\n.*the folder ${folder} is missing`))
    await grace.taps(/Repair/, { on: card })
    await grace.seesOn(card, new RegExp(`\\(${ada.osUser}\\): repaired`))
    expect(statSync(folder)).toMatchObject({ uid, mode })
    expect(readFileSync(join(folder, 'MEMORY.md'), 'utf8')).toBe('# Memory\n')
  })

  test('what changed between the request and its run stands on the card in words, and is approved again', async () => {
    const { grace, newcomer, usher } = scene()
    const ada = await newcomer()
    const asked = await usher([
      'adduser',
      ...['--telegram-id', String(ada.id), '--os-user', ada.osUser],
      ...['--name', 'Ada Lovelace', '--role', 'user'],
    ])
    const card = await grace.sees(/What would change on the host/, { buttons: [/Approve/, /Deny/] })
    expect(asked.stdout).toContain(ada.osUser)
    writeFileSync(TEMPLATE, '# Another memory\n')
    await grace.taps(/Approve/, { on: card })
    await grace.seesOn(card, /the memory template is another one/, { buttons: [/Approve/] })
    expect(hasAccount(ada.osUser)).toBe(false)
    await grace.taps(/Approve/, { on: card, earlier: true })
    await grace.seesOn(card, /succeeded after/)
    const memory = join(SYSTEM_PLACES.data, 'memory', String(ada.id), 'MEMORY.md')
    expect(readFileSync(memory, 'utf8')).toBe('# Another memory\n')
  })
})
