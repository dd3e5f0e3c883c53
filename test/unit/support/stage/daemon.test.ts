import { expect, onTestFinished, test } from 'vitest'
import { createDaemon, type DaemonSpec } from '../../../support/stage/daemon.ts'

function daemon(script: string, changes: Partial<DaemonSpec> = {}) {
  const created = createDaemon({
    name: 'servant',
    argv: ['/bin/sh', '-c', script],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    isReady: async () => created.log().includes('up'),
    readyWithinMs: 3000,
    ...changes,
  })
  onTestFinished(() => created.kill())
  return created
}

test('a daemon is ready when it says so, and starts again after it was killed', async () => {
  const servant = daemon('echo up; exec sleep 60')
  await servant.start()
  const first = servant.pid
  await servant.kill()
  expect(servant.pid).toBeNull()
  await servant.start()
  expect(servant.pid).not.toBe(first)
  expect(servant.log()).toContain('the servant ended: SIGKILL')
})

test('a daemon that ends before it is ready is an error with its log', async () => {
  await expect(daemon('echo "no config" >&2; exit 2').start()).rejects.toThrow(
    /ended before it was ready[\s\S]*no config/,
  )
})

test('a daemon that is never ready is an error with its log', async () => {
  const servant = daemon('echo waiting; exec sleep 60', { isReady: async () => false, readyWithinMs: 100 })
  await expect(servant.start()).rejects.toThrow(/not ready after 100 ms[\s\S]*waiting/)
})

test('a daemon that does not stop when asked is killed', async () => {
  const servant = daemon('trap "" TERM; echo up; while :; do sleep 0.05; done')
  await servant.start()
  expect(await servant.stop(100)).toEqual({ status: null, signal: 'SIGKILL' })
})
