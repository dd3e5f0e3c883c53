import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { EventView, RunView } from '../../src/protocol/views.ts'
import { answerAdduser } from '../support/stage/adduser.ts'
import { ADA, AGENT, type Scene, TREES } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'
import { hasAccount, SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { snapshotTrees, type TreeSnapshot, treeDifferences } from '../support/stage/trees.ts'

const ENDED = ['succeeded', 'undone', 'failed']

describe('a worker that is killed in the middle of a run', () => {
  test.for(['account', 'groups', 'data-dirs', 'memory-seed', 'smoke-test', 'activation', 'roster'] as const)(
    'after the step %s converges when it is back, and the card tells how it ended',
    async (kind) => {
      const scene = await startedScene({
        groups: ['agents'],
        config: { roles: { user: { groups: ['agents'] } } },
      })
      const before = snapshotTrees(...TREES)
      const card = await answerAdduser(scene.grace, { newcomer: ADA, account: 'ada' })
      const reached = firstEvent(scene, ({ type, data }) => type === 'step.finished' && data['kind'] === kind)
      await scene.grace.taps(/Approve/)
      await reached
      await scene.worker.kill()
      await scene.worker.start()
      await scene.grace.seesOn(card, /, receipt/)
      expectConverged(await scene.run(1), before)
    },
  )

  test('while a program runs as the person leaves nothing of that program and converges', async () => {
    const scene = await startedScene({ agent: 'sleep 4711' })
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(scene.grace, { newcomer: ADA, account: 'ada' })
    await scene.grace.taps(/Approve/)
    await scene.grace.seesOn(card, /Isolation proof and smoke test: is running/)
    while (!isRunning('sleep 4711')) await sleep(20)
    await scene.worker.kill()
    writeFileSync(AGENT, '#!/bin/sh\ntrue\n')
    await scene.worker.start()
    await scene.grace.seesOn(card, /, receipt/)
    expectConverged(await scene.run(1), before)
    expect(isRunning('sleep 4711')).toBe(false)
  })

  test('while it undoes goes on with the undo', async () => {
    const scene = await startedScene({ agent: 'exit 7' })
    const before = snapshotTrees(...TREES)
    const card = await answerAdduser(scene.grace, { newcomer: ADA, account: 'ada' })
    const undoing = firstEvent(scene, ({ type }) => type === 'run.undoing')
    await scene.grace.taps(/Approve/)
    await undoing
    await scene.worker.kill()
    await scene.worker.start()
    await scene.grace.seesOn(card, /, receipt/)
    expect((await scene.run(1)).state).toBe('undone')
    expectConverged(await scene.run(1), before)
  })

  test('at any instant converges', async () => {
    const scene = await startedScene()
    for (let trial = 0; trial < 10; trial += 1) {
      const before = snapshotTrees(...TREES)
      const name = `person${trial}`
      const flags = ['--telegram-id', String(800_000_000 + trial), '--name', 'A Person', '--os-user', name]
      const asked = scene.usher(['adduser', ...flags, '--role', 'user', '--create-account', '--approve'])
      const queued = await firstEvent(
        scene,
        ({ type, run_id }) => type === 'run.queued' && (run_id ?? 0) > trial,
      )
      await sleep(trial * 12)
      await scene.worker.kill()
      await asked
      await scene.worker.start()
      expectConverged(await ended(scene, queued.run_id!), before, name, 800_000_000 + trial)
    }
  }, 60_000)
})

/** Either everything is there, or all is as before; never anything between. */
function expectConverged(run: RunView, before: TreeSnapshot, name = 'ada', id = ADA.id): void {
  const differences = treeDifferences(before, snapshotTrees(...TREES))
  if (run.state === 'undone') {
    expect(differences).toEqual([])
    return
  }
  expect(run.state).toBe('succeeded')
  expect(hasAccount(name)).toBe(true)
  expect(existsSync(`/home/${name}`)).toBe(true)
  const entries = readFileSync(SYSTEM_PLACES.roster, 'utf8').split(`telegram_id: ${id}`)
  expect(entries).toHaveLength(2)
  const others = differences.filter((line) => !/passwd|shadow|group|sub[ug]id|users\.yaml/.test(line))
  for (const line of others) expect(line).toMatch(new RegExp(`/(${name}|${id})(/|:)`))
}

async function ended(scene: Scene, id: number): Promise<RunView> {
  for (;;) {
    const run = await scene.run(id)
    if (ENDED.includes(run.state)) return run
    await sleep(50)
  }
}

async function firstEvent(scene: Scene, is: (event: EventView) => boolean): Promise<EventView> {
  const found = new AbortController()
  try {
    for await (const event of scene.client.events(0, { signal: found.signal })) {
      if (is(event)) return event
    }
    throw new Error('cannot find the event: the stream ended')
  } finally {
    found.abort()
  }
}

function isRunning(command: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command
      )
    } catch {
      return false // it ended meanwhile
    }
  })
}
