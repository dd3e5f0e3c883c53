/** What a person can leave on a host outside their home: each of these outlives its session. */
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { findAccount } from '../support/stage/system-installation.ts'

/** A crontab, an at job, lingering, shared memory, other ipc, and a process that goes on. @returns the paths of the files */
export function leaveThings(osUser: string): string[] {
  const { uid, gid } = findAccount(osUser)
  const theirs = [
    `/var/spool/cron/crontabs/${osUser}`,
    '/var/spool/cron/atjobs/a0000101c7d2f0',
    `/dev/shm/of-${osUser}`,
  ]
  const linger = `/var/lib/systemd/linger/${osUser}`
  for (const path of [...theirs, linger]) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '# theirs\n', { mode: 0o600 })
    if (path !== linger) chownSync(path, uid, gid)
  }
  const asThem = { uid, gid, stdio: 'ignore' } as const
  for (const what of [['--shmem', '4096'], ['--semaphore', '2'], ['--queue']])
    execFileSync('/usr/bin/ipcmk', what, asThem)
  spawn('/bin/sleep', ['100000'], asThem).on('error', (error) => {
    throw error
  })
  return [...theirs, linger]
}

/** System V ipc of everybody: `shm 3 of uid 1003`. */
export function ipcObjects(): string[] {
  return ['shm', 'sem', 'msg'].flatMap((kind) => {
    const [head = '', ...lines] = readFileSync(`/proc/sysvipc/${kind}`, 'utf8').trimEnd().split('\n')
    const columns = head.trim().split(/\s+/)
    return lines.map((line) => {
      const values = line.trim().split(/\s+/)
      return `${kind} ${values[1]} of uid ${values[columns.indexOf('uid')]}`
    })
  })
}
