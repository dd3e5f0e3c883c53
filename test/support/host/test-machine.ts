/** Remembers the account database and forgets what a test adds to the machine. Inside a sandbox only. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { insideSandbox } from '../sandbox/sandbox.ts'
import { places } from './test-host.ts'

const DATABASE = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`)

/** Gives the function that puts accounts, homes and the installation's folders back as they are now. */
export function rememberMachine(): () => void {
  if (!insideSandbox()) throw new Error('this machine is not ours to change: inside a sandbox only')
  const texts = DATABASE.map((file) => [file, readFileSync(file)] as const)
  const homes = new Set(readdirSync('/home'))
  return () => {
    for (const [file, text] of texts) writeFileSync(file, text)
    for (const name of readdirSync('/home')) {
      if (!homes.has(name)) rmSync(`/home/${name}`, { recursive: true, force: true })
    }
    for (const path of ['/etc/usher', places.dataDir, places.stateDir])
      rmSync(path, { recursive: true, force: true })
  }
}

/** An account as people have them, made by the distribution's own tool. */
export function addAccount(name: string, uid: number): void {
  execFileSync(
    'useradd',
    ['--uid', String(uid), '--user-group', '--create-home', '--shell', '/bin/sh', name],
    {
      stdio: 'pipe',
    },
  )
}
