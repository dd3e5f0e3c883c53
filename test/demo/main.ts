/** `npm run demo`: Usher's main path from start to end, for somebody who has never seen it. */
import { createStage, type Stage, type StageOptions } from '../support/stage/stage.ts'
import { parseArguments, USAGE } from './arguments.ts'
import { playForOneself } from './own-scene.ts'
import { createPaper } from './paper.ts'
import { findPlace, playAt } from './place.ts'
import { playOnSystem } from './system-scene.ts'

/** A demo that hangs says so instead. */
const AT_MOST_MS = 90_000

process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<number> {
  const parsed = parseArguments(words)
  if (parsed.kind === 'help') {
    process.stdout.write(USAGE)
    return 0
  }
  if (parsed.kind === 'problem') {
    console.error(`demo: ${parsed.problem}`)
    return 2
  }
  const { failSmoke, on, why } = parsed.options
  if (on !== null) return play(on, failSmoke, why ?? '')
  const place = await findPlace()
  return place.kind === 'here' ? play('own', failSmoke, place.why) : playAt(place, words)
}

async function play(on: 'system' | 'own', failSmoke: boolean, why: string): Promise<number> {
  const abort = new AbortController()
  let setting: Promise<Stage> | null = null
  const setStage = (options: StageOptions) => {
    setting = createStage({ ...options, signal: abort.signal })
    return setting
  }
  const currentStage = async () => (setting === null ? null : setting.catch(() => null))
  const leave = async (status: number, message: string, withLogs: boolean) => {
    abort.abort()
    const stage = await currentStage()
    await stage?.close()
    console.error(`${withLogs ? `\n${stage?.logs()}` : ''}\ndemo: ${message}`)
    process.exit(status)
  }
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => void leave(status, 'interrupted; everything is cleaned up', false))
  }
  const late = `cannot finish within ${AT_MOST_MS / 1000} s; the logs of worker and bot stand above`
  const timer = setTimeout(() => void leave(1, late, true), AT_MOST_MS)

  const colour = process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
  const paper = createPaper((text) => process.stdout.write(text), colour)
  try {
    const proven =
      on === 'system'
        ? await playOnSystem(paper, { failSmoke, setStage })
        : await playForOneself(paper, { failSmoke, why, setStage })
    paper.line()
    return proven ? 0 : 1
  } catch (error) {
    if (abort.signal.aborted) await new Promise(() => {}) // it is leaving already
    console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`)
    console.error((await currentStage())?.logs() ?? '')
    return 1
  } finally {
    clearTimeout(timer)
    await (await currentStage())?.close()
  }
}
