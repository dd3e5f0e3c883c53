import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** The real `usher bot` in a process of its own. */
export interface BotProcess {
  /** SIGKILL, and only returns when it is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit status. */
  stop(): Promise<number | null>
  /** What it logged. */
  log(): string
  exited: Promise<number | null>
}

const ENTRY = `
import { main } from ${JSON.stringify(new URL('../../../src/bot/main.ts', import.meta.url).href)}
process.exitCode = await main(process.argv.slice(1))
`

/** Starts it and waits until it is ready or has ended. */
export async function startBotProcess(configFile: string, home: string): Promise<BotProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      ...['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', ENTRY, '--'],
      ...['--config', configFile],
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { HOME: home, PATH: '/usr/bin:/bin', NODE_COMPILE_CACHE: `${home}/compiled` },
    },
  )
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  let log = ''
  const ready = new Promise<void>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (log.includes('"ready"')) resolve()
    })
  })
  await Promise.race([ready, exited])
  return {
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    stop() {
      child.kill('SIGTERM')
      return exited
    },
    log: () => log,
    exited,
  }
}
