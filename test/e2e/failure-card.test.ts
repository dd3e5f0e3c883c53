import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { TREES } from '../support/stage/scene.ts'
import { hasAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

describe('the card of a run that ended', () => {
  const scene = playOn()

  test('in failure brings it back with Retry, and it succeeds when what stood in its way is gone', async () => {
    const { grace, newcomer, runOf, setAgent } = scene()
    setAgent('echo "agent: no <licence> for $(id -un)" >&2; exit 7')
    const ada = await newcomer()
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps(/Approve/)
    const failed = await grace.seesOn(card, /Nothing of this run is left/, { buttons: [/Retry/, /Keep/] })
    expect(failed.text).toContain(`| agent: no <licence> for ${ada.osUser}`)
    expect(failed.text).toContain(`removed the account ${ada.osUser}`)
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
    const first = await runOf(failed)

    setAgent('exit 0')
    await grace.taps(/Retry/, { on: card })
    await grace.seesOn(card, /What would change on the host[\s\S]*tried again/, { buttons: [/Approve/] })
    expect(hasAccount(ada.osUser)).toBe(false)
    await grace.taps(/Approve/, { on: card })
    const receipt = await grace.seesOn(card, /succeeded after/, { buttons: [/Undo/] })
    expect(hasAccount(ada.osUser)).toBe(true)
    expect((await runOf(receipt)).id).toBeGreaterThan(first.id)
  })

  test('in success asks for the undo with Undo, which happens once a terminal confirms it', async () => {
    const { grace, newcomer, usher } = scene()
    const ada = await newcomer()
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps(/Approve/)
    await grace.seesOn(card, /succeeded after/, { buttons: [/Undo/] })
    await grace.taps(/Undo/, { on: card })
    const asked = await grace.sees(/What would be undone[\s\S]*sudo usher confirm \d+/)
    expect(hasAccount(ada.osUser)).toBe(true)
    const id = asked.text.match(/sudo usher confirm (\d+)/)![1]!
    const shown = await usher(['request', 'show', id])
    const digest = shown.stdout.match(/Digest: (\S+)/)![1]!
    expect(await usher(['request', 'confirm', id, '--digest', digest])).toMatchObject({ status: 0 })
    await grace.seesOn(asked, /undo of [\s\S]*succeeded/)
    await grace.seesOn(card, /was undone/)
    expect(hasAccount(ada.osUser)).toBe(false)
  })
})
