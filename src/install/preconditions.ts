import { accessSync, constants, existsSync, lstatSync, readFileSync, readlinkSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SOCKETS } from '../config/config.ts'
import { othersCanReplace } from '../config/trusted-file.ts'
import { parseGroup, parsePasswd, parseShadow, settingOf } from '../provisioning/host/accounts/passwd.ts'
import type { InitPlaces } from '../setup/init-plan.ts'
import { accountsOf } from './changes/accounts.ts'
import { unitsOf } from './changes/services.ts'
import type { InstallHost } from './context.ts'
import { type Image, sizeOf, systemFiles } from './image.ts'
import { socketHolder } from './listeners.ts'
import { type InstallRecord, PROGRAM_FOLDER } from './record.ts'

/** Why nothing can be installed here. `field` is what it is about, `code` is stable. */
export interface Obstacle {
  field: string
  code: string
  message: string
}

/** What is looked at before the first change. */
export interface Situation {
  host: InstallHost
  image: Image
  places: InitPlaces
  record: InstallRecord | null
  /** What brings the image: the package is no obstacle to itself. */
  by: InstallRecord['by']
}

/** What the machine is; given by tests. */
export interface Machine {
  platform: string
  arch: string
  /** Of the C library that this process runs on; null where it is another one. */
  glibc: string | null
  /** sd_booted(3). */
  systemd: boolean
}

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: glibcOf(process.report.getReport()),
    systemd: existsSync('/run/systemd/system'),
  }
}

/** Everything that stands in the way, at once; nothing is changed. */
export async function obstacles(situation: Situation, machine: Machine): Promise<Obstacle[]> {
  const wrong = machineObstacles(situation.image, machine)
  if (wrong.length > 0) return wrong
  return [
    ...(await packageObstacles(situation)),
    ...placeObstacles(situation),
    ...accountObstacles(situation),
    ...unitObstacles(situation),
    ...(await socketObstacles(situation)),
  ]
}

/** Whether this is a machine that the image is for. */
export function machineObstacles({ manifest }: Image, machine: Machine): Obstacle[] {
  if (machine.platform !== 'linux') {
    const message = `cannot install on ${machine.platform}: this is for Linux with systemd; docs/macos.md says what there is for macOS`
    return [{ field: 'machine', code: 'not_linux', message }]
  }
  const found: Obstacle[] = []
  if (machine.arch !== manifest.arch) {
    const message = `cannot install this image: it is for ${manifest.arch}, and this machine is ${machine.arch}; take the one for ${machine.arch}`
    found.push({ field: 'machine', code: 'wrong_architecture', message })
  }
  if (machine.glibc === null || isOlder(machine.glibc, manifest.glibc)) {
    const has = machine.glibc === null ? 'another C library' : `glibc ${machine.glibc}`
    const message = `cannot install this image: it needs glibc ${manifest.glibc} or later, and this machine has ${has}`
    found.push({ field: 'machine', code: 'old_glibc', message })
  }
  if (!machine.systemd) {
    const message =
      'cannot install: systemd is not running here (no /run/systemd/system); Usher\'s services need it. Without it: "usher init" and run worker and bot by hand'
    found.push({ field: 'machine', code: 'no_systemd', message })
  }
  return found
}

async function packageObstacles({ host, record, by }: Situation): Promise<Obstacle[]> {
  if (by === 'package') return []
  const dpkg = `${host.root}/usr/bin/dpkg-query`
  if (!existsSync(dpkg)) return []
  const asked = await host.programs.run(dpkg, ['--status', '--', 'usher'])
  if (!/^Status: .* installed$/m.test(asked.stdout) && record?.by !== 'package') return []
  const message =
    'cannot install beside the package "usher": it is installed; upgrade with apt install ./usher_*.deb, or take it away first with apt remove usher'
  return [{ field: 'package', code: 'packaged', message }]
}

function placeObstacles({ host, image }: Situation): Obstacle[] {
  const found: Obstacle[] = []
  const { root } = host
  for (const folder of ['/opt', '/usr', '/etc', '/var/lib']) {
    const problem = readOnly(`${root}${folder}`)
    if (problem !== null) {
      const message = `cannot write to ${folder}: ${problem}; make it writable for root and install again`
      found.push({ field: folder, code: 'read_only', message })
    }
  }
  const replaceable = othersCanReplace(`${root}${PROGRAM_FOLDER}/current`, [host.owner])
  if (root === '' && replaceable !== null) {
    const message = `${replaceable}; root must not run what stands there`
    found.push({ field: PROGRAM_FOLDER, code: 'untrusted', message })
  }
  const program = lstatSync(`${root}${PROGRAM_FOLDER}`, { throwIfNoEntry: false })
  if (program !== undefined && !program.isDirectory()) {
    const message = `cannot use ${PROGRAM_FOLDER}: it is not a folder; move it away`
    found.push({ field: PROGRAM_FOLDER, code: 'path_taken', message })
  }
  if (found.length > 0) return found
  const target = `${PROGRAM_FOLDER}/${image.manifest.version}`
  if (lstatSync(`${root}${target}`, { throwIfNoEntry: false }) !== undefined) return found
  const needed = sizeOf(image) + SPARE_BYTES
  const place = existing(`${root}${PROGRAM_FOLDER}`)
  const { bavail, bsize, files, ffree } = statfsSync(place)
  if (bavail * bsize < needed) {
    const message = `cannot install on ${place}: it needs ${megabytes(needed)} MB there, and ${megabytes(bavail * bsize)} MB are free`
    found.push({ field: PROGRAM_FOLDER, code: 'disk_full', message })
  } else if (files > 0 && ffree < image.manifest.files.length * 2) {
    const message = `cannot install on ${place}: ${ffree} more files fit there, and it needs ${image.manifest.files.length}`
    found.push({ field: PROGRAM_FOLDER, code: 'disk_full', message })
  }
  return found
}

/** For the record, the units, the first database. */
const SPARE_BYTES = 8 * 1024 * 1024

/** An account of that name which is a person's, can log in, or is root by another name is nobody for a service to run as. */
function accountObstacles({ host, image, record }: Situation): Obstacle[] {
  const read = (name: string) => readFileSync(`${host.root}/etc/${name}`, 'utf8')
  const accounts = parsePasswd(read('passwd'))
  const groups = parseGroup(read('group'))
  const shadow = parseShadow(existsSync(`${host.root}/etc/shadow`) ? read('shadow') : '')
  const loginDefs = existsSync(`${host.root}/etc/login.defs`) ? read('login.defs') : ''
  const firstPerson = Number(settingOf(loginDefs, 'UID_MIN') ?? 1000)
  const names = accountsOf(readFileSync(join(image.tree, SYSUSERS_FILE), 'utf8'))
  return names.flatMap((name) => {
    if (record?.made.some((made) => made.kind === 'account' && made.name === name)) return []
    const account = accounts.find((one) => one.name === name)
    const taken = (why: string): Obstacle[] => {
      const message = `cannot run a service as "${name}": ${why}; rename that account (usermod -l) or remove it, then install again`
      return [{ field: `account ${name}`, code: 'account_taken', message }]
    }
    if (account === undefined) {
      const group = groups.find((one) => one.name === name)
      if (group !== undefined && group.members.length > 0)
        return taken(`there is a group of that name with ${group.members.join(', ')} in it`)
      return []
    }
    if (account.uid === 0) return taken('it is uid 0')
    if (account.uid >= firstPerson && account.uid < 60_000)
      return taken(`it is a person's account, uid ${account.uid}`)
    if (!/\/(nologin|false)$/.test(account.shell))
      return taken(`it can log in, its shell is ${account.shell}`)
    if (shadow.some((one) => one.name === name && !one.locked)) return taken('it has a password')
    const twin = accounts.find((one) => one.uid === account.uid && one.name !== name)
    return twin === undefined ? [] : taken(`${twin.name} has its uid ${account.uid} too`)
  })
}

export const SYSUSERS_FILE = 'system/usr/lib/sysusers.d/usher.conf'
export const TMPFILES_FILE = 'system/usr/lib/tmpfiles.d/usher.conf'

/** Where systemd looks before it looks at ours, systemd.unit(5). */
const STRONGER = ['/etc/systemd/system', '/run/systemd/system', '/usr/local/lib/systemd/system']

function unitObstacles({ host, image }: Situation): Obstacle[] {
  return unitsOf(systemFiles(image.tree)).flatMap((unit) =>
    STRONGER.flatMap((folder): Obstacle[] => {
      const path = `${folder}/${unit}`
      const stat = lstatSync(`${host.root}${path}`, { throwIfNoEntry: false })
      if (stat === undefined) return []
      if (stat.isSymbolicLink() && readlinkSync(`${host.root}${path}`) === '/dev/null') {
        const message = `cannot enable ${unit}: it is masked by ${path}; unmask it with systemctl unmask ${unit}`
        return [{ field: path, code: 'unit_masked', message }]
      }
      const message = `cannot install ${unit}: ${path} is a unit of that name that is not Usher's and would stand above it; move it away, or make it a drop-in with systemctl edit ${unit}`
      return [{ field: path, code: 'unit_taken', message }]
    }),
  )
}

/** Sockets that somebody else listens on: a worker that was started by hand, or what is no socket at all. */
async function socketObstacles({ host, image, places }: Situation): Promise<Obstacle[]> {
  const run = `${host.root}${places.paths.run}`
  const found: Obstacle[] = []
  for (const name of Object.values(SOCKETS)) {
    const path = join(run, name)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) continue
    if (!stat.isSocket()) {
      const message = `cannot listen on ${path}: it is there and is no socket; move it away`
      found.push({ field: path, code: 'socket_occupied', message })
      continue
    }
    const holder = await socketHolder(path)
    if (holder === null) continue
    if (unitsOf(systemFiles(image.tree)).includes(holder.unit ?? '')) continue
    const who = holder.pid === null ? 'another program' : `process ${holder.pid} (${holder.command})`
    const message = `cannot listen on ${path}: ${who} does already; end it, then install again`
    found.push({ field: path, code: 'socket_occupied', message })
  }
  return found
}

/** What access(2) says of writing there; null when it can be written. Nothing is tried. */
function readOnly(path: string): string | null {
  try {
    accessSync(existing(path), constants.W_OK)
    return null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EROFS' ? 'its file system is read-only' : `it cannot be written (${code})`
  }
}

/** The path, or the nearest folder above it that is there. */
function existing(path: string): string {
  return existsSync(path) || path === '/' || path === '' ? path || '/' : existing(dirname(path))
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024)
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number))
  for (let at = 0; at < Math.max(a!.length, b!.length); at++) {
    const difference = (a![at] ?? 0) - (b![at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** From Node's own report, which names the C library that it runs on. */
function glibcOf(report: unknown): string | null {
  const header = (report as { header?: { glibcVersionRuntime?: unknown } }).header
  return typeof header?.glibcVersionRuntime === 'string' ? header.glibcVersionRuntime : null
}
