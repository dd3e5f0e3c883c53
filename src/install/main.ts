import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { helpOf, usageOf } from '../command/help.ts'
import { INSTALL } from '../command/parts/install.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import { readEnvironment } from '../config/environment.ts'
import { createPrograms } from '../provisioning/host/programs/create-programs.ts'
import { installCheckout } from './checkout.ts'
import type { InstallHost } from './context.ts'
import { type ImageRead, readImage } from './image.ts'
import { installImage } from './install-image.ts'
import { type Output, refuse } from './output.ts'
import { asksForVersions, printVersions } from './print-versions.ts'
import { PROGRAM_FOLDER } from './record.ts'
import { removePackage } from './remove-package.ts'
import { discardScratch } from './scratch.ts'
import { stoppingSignals } from './signals.ts'
import { uninstallHere } from './uninstall-here.ts'
import { versionsThere } from './versions.ts'

/** The folder that this program is in: a version's tree, or a checkout. */
const home = () => fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** `usher install`: puts Usher onto this machine, changes its version, or takes it away. */
export async function main(argv: readonly string[]): Promise<number> {
  const versions = asksForVersions(argv)
  const read = readCommandLine(INSTALL, versions ? argv.filter((word) => word !== '--switch') : argv)
  const json = read.ok ? read.values.json : read.json
  const output: Output = {
    json,
    write: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
  }
  if (!read.ok) return refuse(output, 2, 'bad_request', read.message)
  if (read.help) {
    process.stdout.write(helpOf(INSTALL))
    return 0
  }
  const { values } = read
  if (versions) return printVersions(output, PROGRAM_FOLDER)
  const contradiction = contradictionIn(values)
  if (contradiction !== null)
    return refuse(output, 2, 'bad_request', `cannot understand this: ${contradiction}\n${usageOf(INSTALL)}`)
  const uid = process.getuid?.() ?? -1
  const here = home()
  const image = readImage(here)
  if (uid !== 0) {
    const command = `sudo ${image.ok ? 'usher' : './usher'} install${argv.map((word) => ` ${word}`).join('')}`
    return refuse(output, 3, 'not_permitted', `cannot install as uid ${uid}: run ${command}`)
  }
  process.umask(0o022)
  const host: InstallHost = { root: '', owner: 0, programs: createPrograms('system') }
  const { signal, status, forget } = stoppingSignals()
  const environment = readEnvironment()
  try {
    if (!image.ok && !image.checkout) return refuse(output, 2, 'invalid', image.problem)
    const removing = values.uninstall || values.purge
    if (!image.ok) {
      const tty = process.stdin.isTTY === true && process.stdout.isTTY === true
      const trust = { trusted: values['trust-owner'] ?? null, ask: tty && !json }
      const staged = await installCheckout({
        host,
        signal,
        output,
        checkout: here,
        trust,
        stage: !removing && values.switch === undefined,
        argv,
      })
      if (staged !== null) return status() ?? staged
    }
    if (removing) {
      const wish = { purge: values.purge, data: values['purge-data'], dryRun: values['dry-run'] }
      return await uninstallHere({ host, output, environment }, wish)
    }
    if (values.package === 'remove') return await removePackage({ host, output, environment })
    const wanted = values.switch === undefined ? image : installedImage(values.switch)
    if (!wanted.ok) return refuse(output, 2, 'invalid', wanted.problem)
    const { now, switch: switched, 'ready-within': seconds, 'give-up-newer': giveUpNewer } = values
    const readyWithinMs = seconds === undefined ? {} : { readyWithinMs: Number(seconds) * 1000 }
    const wish = {
      ...{ now, dryRun: values['dry-run'], trusted: values['trust-owner'] ?? null },
      by:
        values.package === 'configure'
          ? ('package' as const)
          : switched === undefined
            ? ('install' as const)
            : null,
      switching: { giveUpNewer, ...readyWithinMs },
    }
    const done = await installImage({ host, signal, output, environment, image: wanted.image }, wish)
    return status() ?? done
  } finally {
    forget()
    if (values.scratch !== undefined) discardScratch(values.scratch)
  }
}

/** A version that lies in /opt/usher already. */
function installedImage(version: string): ImageRead {
  const there = versionsThere(PROGRAM_FOLDER)
  if (there.some((one) => one.version === version)) return readImage(join(PROGRAM_FOLDER, version))
  const has = there.map((one) => one.version).join(', ') || 'none'
  const problem = `cannot switch to ${JSON.stringify(version)}: it is not in ${PROGRAM_FOLDER}; there is ${has}`
  return { ok: false, checkout: false, problem }
}

function contradictionIn(values: {
  uninstall: boolean
  purge: boolean
  'purge-data': boolean
  now: boolean
  switch: string | undefined
  'give-up-newer': boolean
  'ready-within': string | undefined
  package: string | undefined
}): string | null {
  const { uninstall, purge, now } = values
  if (values['purge-data'] && !purge) return '--purge-data is a part of --purge'
  if (uninstall && purge) return '--uninstall and --purge are two things; --purge does both'
  if ((uninstall || purge) && now) return '--now starts what is to be taken away'
  const { package: asked, 'ready-within': seconds } = values
  if (asked !== undefined && asked !== 'configure' && asked !== 'remove')
    return `--package is configure or remove, not ${JSON.stringify(asked)}`
  if (values['give-up-newer'] && values.switch === undefined) return '--give-up-newer is a part of --switch'
  if (seconds !== undefined && !/^[1-9]\d{0,4}$/.test(seconds))
    return `--ready-within is a number of seconds, not ${JSON.stringify(seconds)}`
  if ((uninstall || purge || now) && values.switch !== undefined) return '--switch stands alone'
  return null
}
