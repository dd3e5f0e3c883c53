import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { endMarked } from '../../src/provisioning/host/programs/end-marked.ts'

const never = new AbortController().signal

/** A shell with the mark in its argv that runs `script`, in a session of its own unless told otherwise. */
function started(mark: string, script: string, detached = true) {
  const child = spawn('/bin/sh', ['-c', script, 'sh', mark], {
    detached,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_, signal) => resolve(signal)),
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const ready = new Promise((resolve) => child.stdout.once('data', resolve))
  return { child, ended, ready }
}

test('a marked program ends with what it started in its session', async () => {
  const mark = randomBytes(16).toString('hex')
  const { ended, ready, child } = started(mark, 'sleep 4712 & echo up; wait')
  await ready
  expect(await endMarked(mark, never)).toBe(true)
  expect(await ended).toBe('SIGKILL')
  expect(() => process.kill(-child.pid!, 0)).toThrow('ESRCH')
})

test('a marked program ends with its pid namespace', async () => {
  const mark = randomBytes(16).toString('hex')
  const inner = 'setsid sleep 4713 & echo up; wait'
  const { ended, ready } = started(mark, `exec unshare --pid --fork --mount-proc sh -c '${inner}' sh "$1"`)
  await ready
  expect(await endMarked(mark, never)).toBe(true)
  await ended
  const { stdout } = spawn('pgrep', ['-xf', 'sleep 4713'])
  let found = ''
  for await (const chunk of stdout) found += String(chunk)
  expect(found).toBe('')
})

test('a marked program that is becoming another one at this very moment ends, too', async () => {
  for (let count = 0; count < 10; count++) {
    const mark = randomBytes(16).toString('hex')
    const again = 'exec /bin/sh -c "$0" "$0" "$1"'
    const child = spawn('/bin/sh', ['-c', again, again, mark], { detached: true, stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    expect(await endMarked(mark, never)).toBe(true)
    expect(await Promise.race([ended, sleep(1000)])).toBe('SIGKILL')
  }
})

test('nothing else is touched: not our own session, not a program with another mark', async () => {
  const mark = randomBytes(16).toString('hex')
  const other = started(randomBytes(16).toString('hex'), 'echo up; exec sleep 60')
  const neighbour = started(randomBytes(16).toString('hex'), 'echo up; exec sleep 60', false)
  const marked = started(mark, 'echo up; while :; do sleep 1; done', false)
  await Promise.all([other.ready, neighbour.ready, marked.ready])
  expect(await endMarked(mark, never)).toBe(true)
  expect(await marked.ended).toBe('SIGKILL')
  await sleep(50)
  expect([other.child.exitCode, other.child.signalCode]).toEqual([null, null])
  expect([neighbour.child.exitCode, neighbour.child.signalCode]).toEqual([null, null])
})

test('a mark that could be guessed is a bug', async () => {
  await expect(endMarked('1', never)).rejects.toThrow('can be guessed')
})
