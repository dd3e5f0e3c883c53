/** What an installation costs, from the package as it is given to people, on a real systemd of its own. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makePackage } from '../../deploy/stage/debian-package.ts'
import { createVariants } from '../install/support/variants.ts'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { stagedImage } from '../support/staged.ts'
import { withSystemd } from '../support/systemd-sandbox/systemd-sandbox.ts'
import { p50, p95 } from './statistics.ts'

/** MB are 10^6 bytes in all of them. */
const TARGETS = { packageMb: 60, installMs: 20_000, downtimeMs: 2000, workerMb: 95, botMb: 110 }
/** Until what the start left behind is given back to the system. */
const IDLE_MS = 20_000
const STARTS = 9
const NODE = `${checkoutInSandbox}/node_modules/.bin/node`
const API_PORT = 8081
const TOKEN = '110201543:a-token-for-measuring'

/** Rows of the table; `switches` upgrades are measured. */
export async function measureInstalled(switches: number): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), 'usher-bench-'))
  const variants = createVariants()
  try {
    const { root } = await stagedImage()
    console.error('bench: the package, compressed as it is for people')
    const made = makePackage(root, scratch)
    const packageMb = statSync(made).size / 1e6
    console.error('bench: a system of its own')
    return await withSystemd(
      async (systemd) => {
        const shell = async (script: string) => {
          const { status, stdout, stderr } = await systemd.run(['/bin/sh', '-euc', script])
          if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}${stderr}`)
          return stdout.trim()
        }
        const stamp = async (unit: string, name: string) =>
          Number(await shell(`systemctl show --value --property=${name}TimestampMonotonic ${unit}`)) / 1000
        /** Bytes. */
        const rss = async (unit: string) => {
          const pid = await shell(`systemctl show --value --property=MainPID ${unit}`)
          const kb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(await shell(`cat /proc/${pid}/status`))?.[1])
          if (!(kb > 0)) throw new Error(`cannot tell the memory of ${unit}: process ${pid}`)
          return kb * 1024
        }
        const begun = performance.now()
        await shell(`dpkg --install /run/usher-scratch/'${basename(made)}' </dev/null`)
        const installedMs = performance.now() - begun
        await shell('systemctl start usher-worker')
        const readyMs = performance.now() - begun

        await shell(`printf 'telegram:\\n  admins: [1]\\n  api_root: http://127.0.0.1:${API_PORT}\\nmemory:\\n  template: /etc/usher/MEMORY.md.example\\n' >/etc/usher/config.yaml
          printf '%s\\n' '${TOKEN}' >/etc/usher/telegram-token; chmod 0600 /etc/usher/telegram-token
          systemd-run --quiet --unit=api --property=Type=notify --property=NotifyAccess=all --setenv=PORT=${API_PORT} \
            --setenv=TOKENS='${TOKEN},${TOKEN}2' -- ${NODE} ${checkoutInSandbox}/test/install/inside/bot-api.ts
          systemctl restart usher-worker; systemctl start usher-bot`)
        await sleep(IDLE_MS)
        const [workerBytes, botBytes] = [await rss('usher-worker'), await rss('usher-bot')]

        const starts = { worker: [] as number[], bot: [] as number[] }
        for (let start = 0; start < STARTS; start++) {
          for (const name of ['worker', 'bot'] as const) {
            const unit = `usher-${name}`
            await shell(`systemctl restart ${unit}; systemctl reset-failed ${unit}`)
            starts[name].push((await stamp(unit, 'ActiveEnter')) - (await stamp(unit, 'ExecMainStart')))
          }
        }

        const original = await shell('readlink /opt/usher/current')
        await variants.lay(systemd, '9.0.0')
        const downtimes: number[] = []
        for (let round = 0; round < switches; round++) {
          await shell(`usher install --switch ${round % 2 === 0 ? '9.0.0' : `'${original}'`}`)
          downtimes.push(
            (await stamp('usher-worker', 'ActiveEnter')) - (await stamp('usher-worker', 'ActiveExit')),
          )
        }
        const row = (what: string, [p50, p95]: readonly string[], limit: string, isMet: boolean) =>
          `| ${what} | ${p50} | ${p95 ?? ''} | ${limit}: ${isMet ? 'met' : '**missed**'} |`
        const spread = (values: readonly number[]) => [ms(p50(values)), ms(p95(values))]
        const met = (values: readonly number[], target: number) => p95(values) < target
        return [
          row('the package', [mb(packageMb)], `under ${TARGETS.packageMb} MB`, packageMb < TARGETS.packageMb),
          row(
            '`dpkg --install` to enabled services',
            [ms(installedMs)],
            'under 20 s',
            installedMs < TARGETS.installMs,
          ),
          row(
            'the same and a worker that is ready',
            [ms(readyMs)],
            'under 20 s',
            readyMs < TARGETS.installMs,
          ),
          row(
            `a switch of version: from the old worker's stop to the new one's ready, ${switches} times`,
            spread(downtimes),
            'under 2 s',
            met(downtimes, TARGETS.downtimeMs),
          ),
          row(
            `start of the worker as installed, to ready, ${STARTS} times`,
            spread(starts.worker),
            'under 400 ms',
            met(starts.worker, 400),
          ),
          row(
            `start of the bot as installed, to ready, ${STARTS} times`,
            spread(starts.bot),
            'under 400 ms',
            met(starts.bot, 400),
          ),
          row(
            'idle memory (RSS) of the worker as installed',
            [memory(workerBytes)],
            `under ${TARGETS.workerMb} MB`,
            workerBytes / 1e6 < TARGETS.workerMb,
          ),
          row(
            'idle memory (RSS) of the bot as installed',
            [memory(botBytes)],
            `under ${TARGETS.botMb} MB`,
            botBytes / 1e6 < TARGETS.botMb,
          ),
        ].join('\n')
      },
      { rwScratch: scratch },
    )
  } finally {
    variants.remove()
    rmSync(scratch, { recursive: true, force: true })
  }
}

const ms = (value: number) => `${Math.round(value)} ms`
const mb = (value: number) => `${value.toFixed(1)} MB`
/** In the unit of the targets, and in the one that most tools show. */
const memory = (bytes: number) => `${mb(bytes / 1e6)} (${(bytes / 1024 / 1024).toFixed(1)} MiB)`
