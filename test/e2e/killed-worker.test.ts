import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { EventView, RunView } from '../../src/protocol/views.ts'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { runById, type Scene, TREES } from '../support/stage/scene.ts'
import { hasAccount, SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { snapshotTrees, type TreeSnapshot, treeDifferences } from '../support/stage/trees.ts'

const KINDS = ['account', 'groups', 'data-dirs', 'memory-seed', 'smoke-test', 'activation', 'roster'] as const

describe('a worker that is killed in the middle of a run', () => {
  const scene = playOn()

  test.for(KINDS)(
    'after the step %s converges when it is back, and the card tells how it ended',
    async (kind) => {
      const { grace, worker, newcomer, runOf } = scene()
      const ada = await newcomer()
      await ada.person.starts()
      await ada.person.sees(String(ada.id))
      const before = snapshotTrees(...TREES)
      const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
      const reached = nextEvent(
        scene(),
        ({ type, data }) => type === 'step.finished' && data['kind'] === kind,
      )
      await grace.taps(/Approve/)
      await reached
      await worker.kill()
      await worker.start()
      const receipt = await grace.seesOn(card, /, receipt/)
      expectConverged(await runOf(receipt), before)
    },
  )

  test('while a program runs as the person converges, and nothing of that program is left', async () => {
    const { grace, worker, newcomer, runOf, setAgent } = scene()
    setAgent('exec sleep 4711')
    const ada = await newcomer()
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps(/Approve/)
    while (!isRunning('sleep 4711')) await sleep(20)
    await worker.kill()
    setAgent('exit 0')
    await worker.start()
    const receipt = await grace.seesOn(card, /, receipt/)
    expectConverged(await runOf(receipt), before)
    expect(isRunning('sleep 4711')).toBe(false)
  })

  test('while it undoes goes on with the undo', async () => {
    const { grace, worker, newcomer, runOf, setAgent } = scene()
    setAgent('exit 7')
    const ada = await newcomer()
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    const undoing = nextEvent(scene(), ({ type }) => type === 'run.undoing')
    await grace.taps(/Approve/)
    await undoing
    await worker.kill()
    await worker.start()
    const receipt = await grace.seesOn(card, /, receipt/)
    expect((await runOf(receipt)).state).toBe('undone')
    expectConverged(await runOf(receipt), before)
  })

  test('at any instant converges', { timeout: 120_000 }, async () => {
    const { worker, usher, newcomer } = scene()
    for (let trial = 0; trial < 8; trial += 1) {
      const before = snapshotTrees(...TREES)
      const { id, osUser } = await newcomer()
      const queued = nextEvent(scene(), ({ type }) => type === 'run.queued')
      const flags = ['--telegram-id', String(id), '--name', 'A Person', '--os-user', osUser, '--role', 'user']
      const asked = usher(['adduser', ...flags, '--create-account', '--approve'])
      const { run_id } = await queued
      await sleep(trial * 15)
      await worker.kill()
      await asked
      await worker.start()
      expectConverged(await ended(scene(), run_id!), before)
    }
  })
})

/** Either everything is there, or all is as before; never anything between. */
function expectConverged(run: RunView, before: TreeSnapshot): void {
  const { os_user, telegram_id } = run.subject
  const differences = treeDifferences(before, snapshotTrees(...TREES))
  if (run.state === 'undone') {
    expect(differences).toEqual([])
    return
  }
  expect(run.state).toBe('succeeded')
  expect(hasAccount(os_user)).toBe(true)
  expect(existsSync(`/home/${os_user}`)).toBe(true)
  const entries = readFileSync(SYSTEM_PLACES.roster, 'utf8').split(`telegram_id: ${telegram_id}`)
  expect(entries).toHaveLength(2)
  const elsewhere = differences
    .filter((line) => !/ \/etc\/(passwd|g?shadow|group|sub[ug]id|usher\/users\.yaml)(:| )/.test(line))
    .filter((line) => !new RegExp(`/(${os_user}|${telegram_id})(/|:)`).test(line))
  expect(elsewhere).toEqual([])
}

async function ended(scene: Scene, id: number): Promise<RunView> {
  for (;;) {
    const run = await runById(scene, id)
    if (['succeeded', 'undone', 'failed'].includes(run.state)) return run
    await sleep(50)
  }
}

/** The first such event from now on. */
async function nextEvent({ client }: Scene, is: (event: EventView) => boolean): Promise<EventView> {
  const found = new AbortController()
  const begun = Date.now()
  try {
    for await (const event of client.events(0, { signal: found.signal })) {
      if (event.at >= begun && is(event)) return event
    }
    throw new Error('cannot find the event: the stream ended')
  } finally {
    found.abort()
  }
}

function isRunning(command: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return /^\d+$/.test(pid) && line.trim() === command
    } catch {
      return false // it ended meanwhile
    }
  })
}
