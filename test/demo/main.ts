/** `npm run demo`: Usher's main path from start to end, for somebody who has never seen it. */
import { createStage, type Stage, type StageOptions } from '../support/stage/stage.ts'
import { type DemoArguments, parseArguments, USAGE } from './arguments.ts'
import { ownHomeProblem } from './own-home.ts'
import { playForOneself } from './own-scene.ts'
import { createPaper } from './paper.ts'
import { findPlace, playAt } from './place.ts'
import { playOnSystem } from './system-scene.ts'
import { playOnWeb } from './web/scene.ts'
import type { Web } from './web/server.ts'

/** A demo that hangs says so instead. */
const AT_MOST_MS = 90_000
const CLEAN_END = 'ended; everything is cleaned up'

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
  const { options } = parsed
  if (options.on !== null) return play({ ...options, on: options.on })
  const place = await findPlace()
  if (place.kind === 'here') {
    const homeless = ownHomeProblem()
    if (homeless === null) return play({ ...options, on: 'own', why: place.why })
    console.error(`demo: ${homeless}`)
    return 2
  }
  const status = await playAt(place, words)
  if (!options.web || ![129, 130, 143].includes(status)) return status
  // A page is ended by a signal: that is how it is meant. What holds the namespaces ends at once with all that is inside.
  console.error(`\ndemo: ${CLEAN_END}`)
  return 0
}

async function play(options: DemoArguments & { on: 'system' | 'own' }): Promise<number> {
  const { failSmoke, on, web, port } = options
  const why = options.why ?? ''
  const abort = new AbortController()
  let setting: Promise<Stage> | null = null
  const setStage = (options: StageOptions) => {
    setting = createStage({ ...options, signal: abort.signal })
    return setting
  }
  const currentStage = async () => (setting === null ? null : setting.catch(() => null))
  let page: Web | null = null
  const close = async () => {
    await page?.close()
    await (await currentStage())?.close()
  }
  let leaving = false
  const leave = async (status: number, message: string, withLogs: boolean) => {
    // A terminal's Ctrl-C arrives more than once: from the terminal, and from whoever holds the namespaces.
    if (leaving) return
    leaving = true
    abort.abort()
    await close()
    if (message !== '')
      console.error(`${withLogs ? `\n${(await currentStage())?.logs()}` : ''}\ndemo: ${message}`)
    process.exit(status)
  }
  for (const [signal, status] of [
    ['SIGINT', web ? 0 : 130],
    ['SIGTERM', web ? 0 : 143],
    ['SIGHUP', web ? 0 : 129],
  ] as const) {
    const message = web ? (on === 'own' ? CLEAN_END : '') : 'interrupted; everything is cleaned up'
    process.on(signal, () => void leave(status, message, false))
  }
  const late = `cannot finish within ${AT_MOST_MS / 1000} s; the logs of worker and bot stand above`
  const timer = web ? undefined : setTimeout(() => void leave(1, late, true), AT_MOST_MS)

  const colour = process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
  const paper = createPaper((text) => process.stdout.write(text), colour)
  try {
    if (web) {
      const opened = (made: Web) => {
        page = made
      }
      await playOnWeb(paper, { on, why, failSmoke, port, setStage, opened })
      paper.line()
      paper.done('ended from the page')
      return 0
    }
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
    await close()
  }
}
