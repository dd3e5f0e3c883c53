import { existsSync, lstatSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { type Config, SOCKETS } from '../../config/config.ts'
import { readHostFacts } from '../../config/host-facts.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import { octal } from '../ensure.ts'
import { type Check, type Finding, note, ok, problem } from '../finding.ts'
import { askWorker } from './ask-worker.ts'
import { versionOf } from './code.ts'
import { hasUnit } from './units.ts'

/** The sockets: there, with the owner and mode that decide who may speak, and the worker behind them. */
export const checkSockets: Check = async (context) => {
  const { config, uid, botUid } = context
  const { run } = config.paths
  const system = config.mode === 'system'
  const own = system ? 0 : uid
  const restart = restarting(config)
  const findings: Finding[] = []
  const folder = stat(run)
  const mode = system ? 0o755 : 0o700
  const wanted = wantedSockets(config, own, botUid)
  if (folder === null || wanted.every(([name]) => stat(join(run, name)) === null)) {
    const what = `no socket is in ${run}: no worker runs`
    return [
      problem('worker.not-running', 'worker', what, 'nothing works without the worker', starting(config)),
    ]
  }
  if (!folder.isDirectory() || folder.uid !== own || (folder.mode & 0o7777) !== mode) {
    const what = `uid ${folder.uid}, ${octal(folder.mode & 0o7777)}; wanted uid ${own}, ${octal(mode)}`
    const why = 'whoever can write there can pretend to be the worker'
    const name = shellWord(run)
    findings.push(
      problem('sockets.folder', run, what, why, `chown ${own} ${name} && chmod ${octal(mode)} ${name}`),
    )
  }
  for (const [name, socketMode, owner] of wanted) {
    const path = join(run, name)
    const socket = stat(path)
    if (socket === null) {
      findings.push(problem('sockets.missing', path, 'is not there', 'no worker listens on it', restart))
    } else if (
      !socket.isSocket() ||
      (owner !== null && socket.uid !== owner) ||
      (socket.mode & 0o777) !== socketMode
    ) {
      const now = socket.isSocket() ? `uid ${socket.uid}, ${octal(socket.mode & 0o777)}` : 'no socket'
      const why = 'owner and mode of a socket decide who may be whom'
      const what = `${now}; wanted uid ${owner}, ${octal(socketMode)}`
      const fix =
        socket.isSocket() && owner !== null
          ? `chown ${owner} ${shellWord(path)} && chmod ${octal(socketMode)} ${shellWord(path)}`
          : restart
      findings.push(problem('sockets.permissions', path, what, why, fix))
    }
  }
  if (findings.length > 0) {
    // A worker of the other mode has every reason to have other sockets.
    const other = (await workerFindings(context)).filter(({ code }) => code === 'worker.other-mode')
    return other.length > 0 ? other : findings
  }
  const what = `${wanted.length} sockets, owners and modes as they should be`
  return [ok('sockets.ok', run, what), ...(await workerFindings(context))]
}

function wantedSockets(
  config: Config,
  own: number,
  botUid: number | null,
): [string, number, number | null][] {
  const system = config.mode === 'system'
  const uidOf = (user: string) =>
    readHostFacts(accountFilesOf()).accounts.find(({ name }) => name === user)?.uid ?? null
  return [
    [SOCKETS.admin, 0o600, own],
    [SOCKETS.bot, 0o600, system ? botUid : own],
    [SOCKETS.everybody, system ? 0o666 : 0o600, own],
    ...(config.metrics === null ? [] : [[SOCKETS.metrics, 0o660, own] as [string, number, number | null]]),
    ...(config.witness === null
      ? []
      : [[SOCKETS.witness, 0o600, uidOf(config.witness.user)] as [string, number, number | null]]),
    ...(config.approver === null
      ? []
      : [[SOCKETS.approver, 0o600, uidOf(config.approver.user)] as [string, number, number | null]]),
  ]
}

/** Calls the worker as this uid would: its uid, its version, and what it says about itself. */
async function workerFindings({ config, uid, codeRoot }: Parameters<Check>[0]): Promise<Finding[]> {
  const status = await askWorker(config, uid, (client) => client.call('status', {}))
  if (!status.ok) {
    const why = 'nothing works without the worker'
    return [problem('worker.unreachable', 'worker', status.error.message, why, restarting(config))]
  }
  if (status.mode !== config.mode) {
    const what = `runs in ${status.mode} mode, this config means ${config.mode}`
    return [
      problem('worker.other-mode', 'worker', what, 'it reads another config than you', restarting(config)),
    ]
  }
  const findings: Finding[] = []
  const installed = versionOf(codeRoot)
  if (status.version !== installed) {
    const what = `version ${status.version} runs, ${installed} is installed`
    findings.push(
      problem('worker.version', 'worker', what, 'what was mended in between is not', restarting(config)),
    )
  }
  const { development = null, stuck = [], frozen = null } = status.details ?? {}
  if (development !== null) {
    const why = 'whoever can write that code is root'
    findings.push(
      problem(
        'worker.development',
        'worker',
        `runs with --development: ${development}`,
        why,
        'usher install --now',
      ),
    )
  }
  for (const { run_id: run } of stuck) {
    const why = 'what it began is neither done nor taken back'
    findings.push(problem('worker.stuck-runs', `run ${run}`, 'does not go on', why, `usher run show ${run}`))
  }
  if (frozen !== null) {
    const why = 'approvals in chat do not count until root thaws them'
    findings.push(note('chat.frozen', 'chat', 'approvals in chat are frozen', why, 'usher unfreeze'))
  }
  if (findings.some(({ severity }) => severity === 'problem')) return findings
  return [
    ...findings,
    ok('worker.ok', 'worker', `version ${status.version} answers, with the uid that it should have`),
  ]
}

/**
 * Whether the worker tells peers apart: asks it who is asking, as root and as another account, and compares. That account also
 * shows that others can run the program at all.
 */
export const checkPeer: Check = async ({ config, uid, botUid, programs, codeRoot }) => {
  if (!existsSync(join(config.paths.run, SOCKETS.everybody))) return []
  const me = await askWorker(config, uid, (client) => client.call('whoami', {}))
  if (!me.ok) return []
  const why = 'the worker takes people for others, or cannot be asked by them'
  const expected = config.mode === 'single-user' || uid === 0 ? /^operator/ : new RegExp(`^os:${uid}$`)
  if (!expected.test(me.actor.key)) {
    const what = `uid ${uid} is taken for ${me.actor.key}`
    return [problem('peer.wrong', 'who is asking', what, why, restarting(config))]
  }
  if (uid !== 0 || config.mode !== 'system' || botUid === null)
    return [ok('peer.ok', 'who is asking', `uid ${uid} is known as ${me.actor.key}`)]
  const become = [
    `--reuid=${botUid}`,
    `--regid=${botUid}`,
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
    '--',
  ]
  const launch = join(codeRoot, 'src/launch.js')
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', launch, 'whoami', '--json']
  const asked = await programs.run(
    '/usr/bin/setpriv',
    [...become, ...argv, ...(config.file === null ? [] : ['--config', config.file])],
    {
      timeoutMs: 20_000,
    },
  )
  const key = keyIn(asked.stdout)
  if (asked.ok && key === `os:${botUid}`)
    return [ok('peer.ok', 'who is asking', `root is known as root, and uid ${botUid} as itself`)]
  const said = key ?? asked.stderr.split('\n').find((line) => line.trim() !== '') ?? 'nothing'
  const what = `${config.botUser} (uid ${botUid}) asked who it is and got: ${said.slice(0, 300)}`
  return [
    problem(
      'peer.wrong',
      'who is asking',
      what,
      why,
      `chmod -R go+rX ${shellWord(codeRoot)}   # if it cannot read the program`,
    ),
  ]
}

function keyIn(document: string): string | null {
  try {
    const { actor } = JSON.parse(document) as { actor?: { key?: unknown } }
    return typeof actor?.key === 'string' ? actor.key : null
  } catch {
    return null
  }
}

/** The worker makes its sockets anew when it starts. */
function restarting(config: Config): string {
  return config.mode === 'system' && hasUnit('usher-worker.service')
    ? 'systemctl restart usher-worker'
    : 'usher worker   # after stopping the one that runs, and leave it running'
}

function starting(config: Config): string {
  if (config.mode === 'system' && hasUnit('usher-worker.service')) return 'systemctl start usher-worker'
  return `${config.mode === 'system' ? 'sudo ' : ''}usher worker   # and leave it running`
}

function stat(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null
}
