/**
 * A process of a person that holds write leases on their own files (fcntl(2), F_SETLEASE) and never gives one back: whoever opens
 * them waits for 45 seconds, unless they ask not to wait. Run as `lease-holder.ts FILE…`; says `held` and ends with its input.
 */
import { openSync } from 'node:fs'
import koffi from 'koffi'

const F_SETLEASE = 1024
const F_WRLCK = 1

const fcntl = koffi.load('libc.so.6').func('int fcntl(int descriptor, int command, int argument)')
// The kernel asks for a lease back with a signal, which ends who does not listen.
process.on('SIGIO', () => {})
for (const file of process.argv.slice(2)) {
  if (fcntl(openSync(file, 'r+'), F_SETLEASE, F_WRLCK) !== 0)
    throw new Error(`cannot hold a lease on ${file}`)
}
process.stdout.write('held\n')
process.stdin.resume().on('end', () => process.exit(0))
