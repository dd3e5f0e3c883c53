import { lstatSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '../../client/create-client.ts'
import { SOCKETS } from '../../config/config.ts'
import { readHostFacts } from '../../config/host-facts.ts'
import { socketFor } from '../../config/socket.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import { octal } from '../ensure.ts'
import { type Check, type Finding, ok, problem } from '../finding.ts'

const RESTART = 'restart the worker: it makes its sockets anew'

/** The sockets: there, with the owner and mode that decide who may speak, and the worker behind them. */
export const checkSockets: Check = async (context) => {
  const { config, uid, botUid } = context
  const uidOf = (user: string) =>
    readHostFacts(accountFilesOf()).accounts.find(({ name }) => name === user)?.uid ?? null
  const { run } = config.paths
  const system = config.mode === 'system'
  const own = system ? 0 : uid
  const findings: Finding[] = []
  const folder = stat(run)
  const mode = system ? 0o755 : 0o700
  if (folder === null || !folder.isDirectory() || folder.uid !== own || (folder.mode & 0o7777) !== mode) {
    const now = folder === null ? 'is not there' : `uid ${folder.uid}, ${octal(folder.mode & 0o7777)}`
    const why = 'whoever can write there can pretend to be the worker'
    findings.push(problem('sockets', `${run}: ${now}; wanted uid ${own}, ${octal(mode)}`, why, RESTART))
  }
  const wanted: [string, number, number | null][] = [
    [SOCKETS.admin, 0o600, own],
    [SOCKETS.bot, 0o600, system ? botUid : own],
    [SOCKETS.everybody, system ? 0o666 : 0o600, own],
    ...(config.witness === null
      ? []
      : [[SOCKETS.witness, 0o600, uidOf(config.witness.user)] as [string, number, number | null]]),
    ...(config.approver === null
      ? []
      : [[SOCKETS.approver, 0o600, uidOf(config.approver.user)] as [string, number, number | null]]),
  ]
  if (folder?.isDirectory() && wanted.every(([name]) => stat(join(run, name)) === null)) {
    const fix = `${system ? 'sudo ' : ''}usher worker   # and leave it running`
    return [
      ...findings,
      problem('worker', `no socket is in ${run}: no worker runs`, 'nothing works without the worker', fix),
    ]
  }
  for (const [name, socketMode, owner] of wanted) {
    const path = join(run, name)
    const socket = stat(path)
    if (socket === null) {
      findings.push(problem('sockets', `${path} is not there`, 'no worker listens on it', RESTART))
    } else if (
      !socket.isSocket() ||
      (owner !== null && socket.uid !== owner) ||
      (socket.mode & 0o777) !== socketMode
    ) {
      const now = socket.isSocket() ? `uid ${socket.uid}, ${octal(socket.mode & 0o777)}` : 'no socket'
      const why = 'owner and mode of a socket decide who may be whom'
      findings.push(
        problem('sockets', `${path}: ${now}; wanted uid ${owner}, ${octal(socketMode)}`, why, RESTART),
      )
    }
  }
  if (findings.length > 0) return findings
  return [
    ok('sockets', `${wanted.length} in ${run}, owners and modes as they should be`),
    ...(await checkWorker(context)),
  ]
}

/** Calls the worker as this uid would: its uid, its version, and what it says about itself. */
const checkWorker: Check = async ({ config, uid }) => {
  const { path, expectServerUid } = socketFor(config, uid, 'cli')
  const owner = config.mode === 'system' ? 0 : uid
  const client = createClient({
    socketPath: path,
    expectServerUid: expectServerUid ?? owner,
    timeoutMs: 5000,
  })
  const status = await client.call('status', {})
  await client.close()
  if (!status.ok) {
    const why = 'nothing works without the worker'
    return [
      problem(
        'worker',
        status.error.message,
        why,
        `start or restart it; its log says more (${shellWord(path)})`,
      ),
    ]
  }
  if (status.mode !== config.mode) {
    const text = `the worker runs in ${status.mode} mode, this config means ${config.mode}`
    return [problem('worker', text, 'it reads another config than you', 'start it with the same --config')]
  }
  const findings = [ok('worker', `version ${status.version} answers on ${path} as uid ${owner}`)]
  const trouble = status.details?.roster_problem
  if (trouble) {
    findings.push(problem('worker', trouble, 'only the operator can do anything', 'mend the roster'))
  }
  return findings
}

function stat(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null
}
