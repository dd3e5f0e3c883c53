/** The host that the suite torments: an installation with people on it, inside a sandbox. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import {
  installOnSystem,
  SYSTEM_PLACES,
  type SystemInstallation,
} from '../support/stage/system-installation.ts'
import { differencesBetween, type HostState } from './host-state.ts'

const ADMIN = 700_000_001
const AGENT = '/usr/local/bin/test-agent'
/** While it is there the agent command leaves a file in the home and fails. */
const AGENT_FAILS = '/run/usher-crash-agent-fails'
const TEMPLATE = '/etc/usher/MEMORY.md.example'
/** In a skeleton everything that one may have: a folder, a link, a file beside those of the distribution. */
const SKELETON = '/etc/skel/.config'
/** Of daemons that may not be installed: what a person leaves in them is looked for all the same. */
const FOLDERS = ['/var/spool/cron/crontabs', '/var/spool/cron/atjobs', '/var/lib/systemd/linger']
const RESTORED = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`)

export async function installCrashHost(
  services: readonly { unit: string; action: string }[],
): Promise<SystemInstallation> {
  const agent = `#!/bin/sh\n[ ! -e ${AGENT_FAILS} ] || { echo left >"$HOME/.agent-state"; exit 7; }\n`
  const installation = await installOnSystem({
    usher: `${checkoutInSandbox}/usher`,
    cwd: '/',
    config: {
      telegram: { admins: [ADMIN] },
      memory: { template: TEMPLATE },
      roles: { user: { groups: ['agents', 'builders'] } },
      defaults: { workspace_base: '{home}/work/{telegram_id}' },
      smoke: { agent_command: [AGENT], path: ['/usr/bin', '/bin'] },
      services,
    },
    token: '1:crash',
    residents: [
      { os_user: 'grace', name: 'Grace Hopper', telegram_id: ADMIN, role: 'admin' },
      { os_user: 'alan', name: 'Alan Turing', telegram_id: ADMIN + 1 },
    ],
    groups: ['agents', 'builders'],
    files: [
      { path: TEMPLATE, text: '# Memory\n' },
      { path: AGENT, text: agent, executable: true },
    ],
  })
  for (const folder of FOLDERS) mkdirSync(folder, { recursive: true })
  mkdirSync(SKELETON, { recursive: true })
  writeFileSync(`${SKELETON}/tool.conf`, 'colour = no\n')
  symlinkSync('tool.conf', `${SKELETON}/link.conf`)
  return {
    ...installation,
    remove() {
      rmSync(SKELETON, { recursive: true, force: true })
      installation.remove()
    },
  }
}

export function letAgentFail(fails: boolean): void {
  if (fails) writeFileSync(AGENT_FAILS, '')
  else rmSync(AGENT_FAILS, { force: true })
}

/** Remembers the accounts and the roster; what it gives brings them back and removes what came since. */
export function rememberHost(before: HostState, look: () => HostState): () => void {
  const files = [...RESTORED, SYSTEM_PLACES.roster].map((path) => ({
    path,
    bytes: readFileSync(path),
    stats: statSync(path),
  }))
  return () => {
    for (const { path, bytes, stats } of files) {
      if (readFileSync(path).equals(bytes)) continue
      writeFileSync(path, bytes)
      chownSync(path, stats.uid, stats.gid)
      chmodSync(path, stats.mode & 0o7777)
    }
    for (const [path] of look()) {
      if (!before.has(path) && !path.includes(': ')) rmSync(path, { recursive: true, force: true })
    }
    execFileSync('/usr/bin/ipcrm', ['--all']) // the sandbox's own
    const left = differencesBetween(before, look())
    if (left.length > 0) throw new Error(`cannot bring the host back:\n${left.join('\n')}`)
  }
}
