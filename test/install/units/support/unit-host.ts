/** A booted systemd with Usher's units as they are installed, a Bot API server, and ways to look at it all. */
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { OperationInput, OperationName, OperationOutput } from '../../../../src/protocol/operations.ts'
import { checkoutInSandbox } from '../../../support/sandbox/sandbox.ts'
import { stagedImage } from '../../../support/staged.ts'
import { bootSystemd, type SystemdSandbox } from '../../../support/systemd-sandbox/systemd-sandbox.ts'
import { readUnit, sandboxProperties } from './unit-file.ts'

export type ServiceName = 'usher-worker' | 'usher-bot' | 'usher-witness'

export type Said<N extends OperationName> =
  | ({ ok: true } & OperationOutput<N>)
  | { ok: false; error: { code: string; message: string } }

/** Somebody at one of the worker's sockets, within the settings of a unit. */
export interface Speaker {
  /** `as`: the Telegram user on whose behalf. */
  asks<N extends OperationName>(operation: N, input: OperationInput<N>, as?: number): Promise<Said<N>>
  end(): void
}

export interface UnitHost {
  systemd: SystemdSandbox
  /** A script for `sh -eu`, as root; its trimmed output. Throws with what it said when it fails. */
  shell(script: string): Promise<string>
  /** A property of a unit, as `systemctl show` gives it. */
  property(unit: string, name: string): Promise<string>
  /** Runs a program once within all that this unit's settings allow, and nothing else of it. */
  within(unit: ServiceName, argv: readonly [string, ...string[]]): Promise<{ status: number; text: string }>
  /** Speaks at `bot.sock` as the bot's account, within the settings of the bot's unit. */
  asBot(): Speaker
  writeConfig(config: object): Promise<void>
  stop(): Promise<void>
}

/** Where the Bot API server of the suite listens inside. */
export const API_PORT = 8081
export const BOT_TOKEN = '110201543:the-token-of-the-bot-in-tests'
export const WITNESS_TOKEN = '220201543:the-token-of-the-witness-in-tests'
export const ADMIN = 700_000_001

const checkout = fileURLToPath(new URL('../../../..', import.meta.url))
const node = `${checkoutInSandbox}/node_modules/.bin/node`
const inside = (script: string) => `${checkoutInSandbox}/test/install/inside/${script}`

export const unitFile = (unit: string) => `${checkout}deploy/units/${unit}.service`

/**
 * Boots one and lays out what an installation lays out: the staged tree and the switch to it, accounts by systemd-sysusers, folders
 * by systemd-tmpfiles, config, secrets and roster by `usher init`. Nothing is started.
 */
export async function bootUnitHost(config: object = {}): Promise<UnitHost> {
  const { rootInSandbox, version } = await stagedImage()
  const systemd = await bootSystemd()
  const shell = async (script: string) => {
    const { status, stdout, stderr } = await systemd.run(['/bin/sh', '-euc', script])
    if (status !== 0) throw new Error(`${script}\nended with ${status}:\n${stdout}${stderr}`)
    return stdout.trim()
  }
  const host: UnitHost = {
    systemd,
    shell,
    property: (unit, name) => shell(`systemctl show --value --property=${name} ${unit}`),
    async within(unit, argv) {
      const { status, stdout, stderr } = await systemd.run([...asUnit(unit), ...argv])
      return { status: status ?? -1, text: stdout + stderr }
    },
    asBot: () =>
      speaker(systemd.spawn([...asUnit('usher-bot'), node, inside('speak.ts')], { stdio: 'pipe' })),
    async writeConfig(keys) {
      const telegram = { admins: [ADMIN], api_root: `http://127.0.0.1:${API_PORT}` }
      await systemd.run(
        ['tee', '/etc/usher/config.yaml'],
        stringify({ telegram, memory: { template: '/etc/usher/MEMORY.md.example' }, ...keys }),
      )
    },
    stop: () => systemd.stop(),
  }
  try {
    await shell(`
      cp -a ${rootInSandbox}/opt ${rootInSandbox}/usr /; ln -s ${version} /opt/usher/current
      systemd-sysusers usher.conf 2>&1; systemd-tmpfiles --create usher.conf
      printf '%s\\n' ${BOT_TOKEN} | install -m 0600 /dev/stdin /etc/usher/telegram-token
      printf '%s\\n' ${WITNESS_TOKEN} | install -m 0600 /dev/stdin /etc/usher/witness-token
      systemctl daemon-reload`)
    await host.writeConfig(config)
    await shell('usher init >/dev/null')
    return host
  } catch (error) {
    await systemd.stop()
    throw error
  }
}

/** Starts the Bot API server inside, and waits until it listens. */
export async function startBotApi({ shell }: UnitHost): Promise<void> {
  await shell(`systemd-run --quiet --unit=bot-api --service-type=notify --setenv=PORT=${API_PORT} \\
    --setenv=TOKENS=${BOT_TOKEN},${WITNESS_TOKEN} ${node} ${inside('bot-api.ts')}`)
}

function asUnit(unit: ServiceName): [string, ...string[]] {
  const properties = sandboxProperties(readUnit(unitFile(unit)))
  return ['systemd-run', '--quiet', '--pipe', '--wait', '--collect', ...properties, '--']
}

function speaker(child: ChildProcess): Speaker {
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = []
  let errors = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  createInterface({ input: child.stdout! }).on('line', (line) => waiting.shift()?.resolve(line))
  child.once('close', () => {
    for (const one of waiting.splice(0)) one.reject(new Error(`the speaker ended: ${errors}`))
  })
  return {
    async asks(operation, input, as) {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      waiting.push({ resolve, reject })
      child.stdin!.write(`${JSON.stringify({ operation, input, as })}\n`)
      return JSON.parse(await promise) as Said<typeof operation>
    },
    end: () => child.stdin!.end(),
  }
}
