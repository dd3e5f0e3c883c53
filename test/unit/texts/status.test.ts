import { afterEach, expect, test } from 'vitest'
import { statusLines } from '../../../src/texts/about.ts'
import { statusText } from '../../../src/texts/chat/commands.ts'
import { createWords } from '../../../src/texts/words.ts'
import { admin, engineFixture, type Fixture, operator, osUser } from '../../support/engine-fixture.ts'

const words = createWords('en')
let fixture: Fixture
afterEach(() => fixture.remove())

test('the status says in chat and on a terminal how worker, queue, services, people, memory and disk are', async () => {
  fixture = await engineFixture({ config: { services: [{ unit: 'kai.service', action: 'restart' }] } })
  const told = async () => {
    const status = await fixture.ok(admin(7), 'status', {})
    const terminal = statusLines(words, status, fixture.time.now).map(({ text }) => text)
    return [statusText(words, status, fixture.time.now).html, terminal.join('\n')]
  }
  await fixture.submit(operator)
  for (const text of await told()) {
    expect(text).toMatch(/since 2026-01-01 00:00 UTC/)
    expect(text).toMatch(/\b0 running, 0 (waiting|queued)/i)
    expect(text).toMatch(/open requests: 1|requests that are open: 1/i)
    expect(text).toContain('service kai.service: active')
    expect(text).toContain('People have not been compared with the host yet')
    expect(text).toMatch(/memory \d+.*B.*disk/i)
  }
  fixture.machine.down.add('kai.service')
  await fixture.ok(operator, 'reconcile.run', {})
  await fixture.ok(admin(7), 'chat.freeze', {})
  for (const text of await told()) {
    expect(text).toContain('service kai.service: not active')
    expect(text).toMatch(/people compared with the host at 20.*: 1 finding/)
    expect(text).toMatch(/frozen/)
  }
})

test('the status of a member says nothing of what goes on', async () => {
  fixture = await engineFixture()
  const { details, ...rest } = await fixture.ok(osUser(1500, 'alice'), 'status', {})
  expect(details).toBeNull()
  expect(statusText(words, { ...rest, details }, fixture.time.now).html).not.toMatch(/Runs|disk|service/)
})
