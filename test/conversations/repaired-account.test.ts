import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { engineFixture, type Fixture, operator } from '../support/engine-fixture.ts'
import { DATA } from '../support/fake-host.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'

let engine: Fixture
let scene: Scene
afterEach(async () => {
  await removeScene(scene)
  await engine.remove()
})

it('somebody whose lost account was made anew is told when their Start has made it active', async () => {
  engine = await engineFixture()
  await engine.onboard()
  // What comes now is news to the bot; what was before is not.
  engine.time.now = Date.now() + 60_000
  scene = await createScene({ client: engineClient(engine, [ADMIN_ID]) })
  await scene.start()
  await scene.admin.starts()
  await scene.admin.sees('gives people access')
  const alice = await scene.driver.person({ id: 42, first_name: 'Alice' })
  await scene.settled()

  const { machine } = engine
  machine.accounts.delete('alice')
  machine.groups.delete('alice')
  const folders = [join(DATA, 'memory/42'), join(DATA, 'history/42')]
  for (const path of ['/home/alice', ...folders, join(DATA, 'memory/42/MEMORY.md')])
    machine.paths.delete(path)
  const { reconciliation } = await engine.ok(operator, 'reconcile.run', {})
  const { id, digest } = reconciliation
  const approved = await engine.ok(operator, 'reconcile.approve', { id: id ?? 0, digest: digest ?? '' })
  expect((await engine.ended(approved.reconciliation.requests[0]?.run_id ?? 0)).state).toBe('succeeded')

  expect([...machine.expired]).toEqual(['alice'])
  await alice.starts()
  await alice.sees('Your account alice on test-host is active now')
  expect([...machine.expired]).toEqual([])
})
