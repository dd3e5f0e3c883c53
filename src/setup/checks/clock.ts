import { existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { type Check, type HostCheck, note, ok, problem } from '../finding.ts'
import { askWorker } from './ask-worker.ts'

const TIMEDATECTL = '/usr/bin/timedatectl'
/** What is later than this clock by more is from a future that did not come, in milliseconds. */
const TOLERANCE_MS = 5000

/** Whether something sets the clock: one-time codes and expiries go by it. */
export const checkClock: HostCheck = async ({ programs }) => {
  const why = 'one-time codes are refused and requests expire at the wrong time when the clock is wrong'
  if (!existsSync(TIMEDATECTL) || !existsSync('/run/systemd/system')) {
    return [note('clock.unknown', 'clock', 'nobody here says whether it is synchronised', why)]
  }
  const argv = ['show', '--property=NTPSynchronized', '--value']
  const shown = await programs.run(TIMEDATECTL, argv, { timeoutMs: 5000 })
  const said = shown.ok ? shown.stdout.trim() : ''
  if (said === 'yes') return [ok('clock.ok', 'clock', 'synchronised')]
  if (said === 'no')
    return [
      note(
        'clock.unsynchronised',
        'clock',
        'not synchronised with anything',
        why,
        'timedatectl set-ntp true',
      ),
    ]
  return [note('clock.unknown', 'clock', 'timedatectl does not say whether it is synchronised', why)]
}

/** Whether the clock was set back: then what is stored is later than now. */
export const checkLastEvent: Check = async ({ config, uid }) => {
  if (config.mode === 'system' && uid !== 0) return []
  const times: number[] = []
  const database = lstatSync(join(config.paths.state, 'usher.db'), { throwIfNoEntry: false })
  if (database !== undefined) times.push(database.mtimeMs)
  const answer = await askWorker(config, uid, (client) => client.call('audit.list', { limit: 1 }))
  if (answer?.ok === true) times.push(...answer.entries.map(({ at }) => at))
  const ahead = Math.max(0, ...times) - Date.now()
  if (ahead <= TOLERANCE_MS) return []
  const what = `it is ${Math.ceil(ahead / 1000)} s behind what was already written down: it was set back`
  const why = 'one-time codes are refused, and what should expire lives longer'
  return [
    problem(
      'clock.jumped-back',
      'clock',
      what,
      why,
      'timedatectl set-ntp true   # or: date --set, then restart the worker',
    ),
  ]
}
