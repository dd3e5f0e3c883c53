/** What other tools take for people with whom nothing is to be done: the distribution's Ansible and Puppet, where installed. */
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../support/stage/command.ts'
import { CLEAN_ENVIRONMENT } from '../support/stage/system-installation.ts'

/** Everything about the people that the peers' files look up. */
export interface PeerData {
  people: { os_user: string; uid: number; name: string; telegram_id: number }[]
  group: string
  data: string
  roster: string
  agent: string
}

interface Peer {
  name: string
  program: string
  /** Faster by so much, at least. */
  target: number
  argv(folder: string, data: string): string[]
  /** Whether its own words say that nothing was changed and nothing failed. */
  isNoChange(status: number, output: string): boolean
}

/** The longest that a run of one may take. */
const PEER_MS = 15 * 60_000
const FILES = ['playbook.yaml', 'manifest.pp', 'smoke.sh']
const PEERS: readonly Peer[] = [
  {
    name: 'Ansible',
    program: '/usr/bin/ansible-playbook',
    target: 80,
    argv: (folder, data) => ['-i', 'localhost,', '-e', `@${data}`, join(folder, 'playbook.yaml')],
    isNoChange: (status, output) => status === 0 && /\bchanged=0\b.*\bfailed=0\b/.test(output),
  },
  {
    name: 'Puppet',
    program: '/usr/bin/puppet',
    target: 4,
    argv: (folder) => [
      ...['apply', '--detailed-exitcodes', '--hiera_config', join(folder, 'hiera.yaml')],
      join(folder, 'manifest.pp'),
    ],
    isNoChange: (status) => status === 0,
  },
]

/** Rows of the table. `usherMs`: what Usher took for the same people. */
export async function measurePeers(data: PeerData, usherMs: number): Promise<string[]> {
  const folder = '/run/bench-peers'
  mkdirSync(folder, { mode: 0o755 })
  try {
    for (const file of FILES) {
      copyFileSync(fileURLToPath(new URL(`peers/${file}`, import.meta.url)), join(folder, file))
    }
    const dataFile = join(folder, 'people.json')
    writeFileSync(dataFile, JSON.stringify({ ...data, smoke: join(folder, 'smoke.sh') }))
    const hierarchy = [{ name: 'people', path: 'people.json', data_hash: 'json_data' }]
    const hiera = { version: 5, defaults: { datadir: folder }, hierarchy }
    writeFileSync(join(folder, 'hiera.yaml'), JSON.stringify(hiera))
    const rows: string[] = []
    for (const peer of PEERS) rows.push(await measurePeer(peer, folder, dataFile, usherMs))
    return rows
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measurePeer(peer: Peer, folder: string, data: string, usherMs: number): Promise<string> {
  const { name, program, target } = peer
  if (!existsSync(program)) {
    console.error(`bench: skipping ${name}: ${program} is not installed`)
    return `| the same by ${name} | not installed | | |`
  }
  const env = { ...CLEAN_ENVIRONMENT, ANSIBLE_PIPELINING: '1', ANSIBLE_NOCOLOR: '1' }
  const version = await runCommand([program, '--version'], { cwd: '/', env })
  const begin = performance.now()
  const { status, stdout, stderr } = await runCommand([program, ...peer.argv(folder, data)], {
    ...{ cwd: '/', env, timeoutMs: PEER_MS },
  })
  const took = performance.now() - begin
  if (!peer.isNoChange(status, stdout)) {
    const end = `${stdout}${stderr}`.trimEnd().split('\n').slice(-20).join('\n')
    throw new Error(`cannot count a run of ${name} that changed something or failed (${status}):\n${end}`)
  }
  const times = took / usherMs
  const number = version.stdout.match(/\d+(\.\d+)+/)?.[0] ?? ''
  return `| the same by ${name} ${number}, nothing differs | ${(took / 1000).toFixed(2)} s | ${times.toFixed(1)} times as long | at least ${target} times |`
}
