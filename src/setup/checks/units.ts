import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWord } from '../../domain/shell-word.ts'
import type { Programs } from '../../provisioning/host/programs/programs.ts'
import { type Finding, type HostCheck, type HostContext, note, ok, problem } from '../finding.ts'
import { type DropIns, dropInFile, dropInsFor } from '../units/paths-drop-in.ts'

const SYSTEMCTL = '/usr/bin/systemctl'
/** Where our units are installed, and where what was staged with the version in use stands. */
const INSTALLED = '/usr/lib/systemd/system'
const STAGED = '/opt/usher/current/system/usr/lib/systemd/system'
const ADMINS = '/etc/systemd/system'

type UnitName = keyof DropIns

/** Whether this host has a unit of ours. */
export function hasUnit(name: UnitName): boolean {
  return [ADMINS, '/run/systemd/system', '/usr/local/lib/systemd/system', INSTALLED].some((folder) =>
    existsSync(join(folder, name)),
  )
}

/** Our own services: there, enabled, active, and as they were installed. */
export const checkUnits: HostCheck = async (context) => {
  const { config, programs } = context
  if (config?.mode === 'single-user' || !existsSync('/run/systemd/system')) return []
  const wanted: UnitName[] = ['usher-worker.service', 'usher-bot.service']
  if (config?.witness != null) wanted.push('usher-witness.service')
  const there = wanted.filter(hasUnit)
  if (there.length === 0) {
    const why = 'nothing starts worker and bot with the machine, and nothing starts them again'
    return [note('unit.none', 'units', 'Usher has none here: it is started by hand', why, 'usher install')]
  }
  const findings: Finding[] = []
  for (const name of wanted) findings.push(...(await unitFindings(name, context, programs)))
  return findings
}

async function unitFindings(name: UnitName, context: HostContext, programs: Programs): Promise<Finding[]> {
  const unit = await show(name, programs)
  const findings = [
    ...stateFindings(name, unit, context),
    ...fileFindings(name, unit),
    ...dropInFindings(name, unit, context),
    ...userFindings(name, unit, context),
  ]
  if (findings.some(({ severity }) => severity === 'problem')) return findings
  if (findings.some(({ code }) => code === 'unit.waits-for-token')) return findings
  return [...findings, ok('unit.ok', name, 'active, enabled, and as it was installed')]
}

type Shown = Readonly<Record<string, string>>

async function show(name: UnitName, programs: Programs): Promise<Shown> {
  const properties = [
    ...['LoadState', 'ActiveState', 'SubState', 'Result', 'UnitFileState', 'FragmentPath', 'DropInPaths'],
    ...['NeedDaemonReload', 'User'],
  ]
  const shown = await programs.run(SYSTEMCTL, ['show', `--property=${properties.join(',')}`, '--', name])
  const lines = shown.ok ? shown.stdout.split('\n') : []
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

function stateFindings(name: UnitName, unit: Shown, { config }: HostContext): Finding[] {
  const {
    ActiveState: active = 'unknown',
    Result: result = '',
    UnitFileState: file = '',
    LoadState: load,
  } = unit
  const whys = {
    'usher-worker.service': 'nothing works without the worker',
    'usher-bot.service': 'nobody is answered in Telegram',
    'usher-witness.service': 'nobody gets a code, so that nothing that needs one can be approved',
  }
  const why = whys[name]
  if (load === 'masked') {
    const mend = `systemctl unmask ${name} && systemctl enable --now ${name}`
    return [problem('unit.masked', name, 'is masked', why, mend)]
  }
  const findings: Finding[] = []
  if (file === 'disabled') {
    const what = 'is not started with the machine'
    findings.push(
      problem('unit.disabled', name, what, `${why} after the next restart`, `systemctl enable ${name}`),
    )
  }
  if (active === 'failed') {
    const fix = `journalctl -u ${name} -n 50; systemctl reset-failed ${name}; systemctl start ${name}`
    findings.push(problem('unit.failed', name, `has failed (${result})`, why, fix))
  } else if (active !== 'active' && active !== 'reloading') {
    const tokenFile = tokenFileOf(name, config)
    if (active === 'inactive' && tokenFile !== null && !existsSync(tokenFile)) {
      const what = 'waits for its token, and is started when it is there'
      findings.push(
        note('unit.waits-for-token', name, what, why, `usher setup   # or start it: systemctl start ${name}`),
      )
    } else findings.push(problem('unit.inactive', name, `is ${active}`, why, `systemctl start ${name}`))
  }
  return findings
}

/** What the unit's `ConditionPathExists=` asks for; null for the worker, and where no config says. */
function tokenFileOf(name: UnitName, config: HostContext['config']): string | null {
  if (name === 'usher-bot.service') return config?.telegram.tokenFile ?? null
  return name === 'usher-witness.service' ? (config?.witness?.tokenFile ?? null) : null
}

/** The unit's own file, compared with what the version in use brought along. */
function fileFindings(
  name: UnitName,
  { FragmentPath: path = '', NeedDaemonReload: reload }: Shown,
): Finding[] {
  const findings: Finding[] = []
  const why = 'what keeps the process away from the rest of the host may be gone'
  if (path !== '' && path !== join(INSTALLED, name) && !path.startsWith(`/lib/systemd/system/`)) {
    const what = `${path} stands before the unit that was installed`
    const fix = `mv ${shellWord(path)} ${shellWord(`${path}.aside`)} && systemctl daemon-reload && systemctl restart ${name}`
    findings.push(problem('unit.overridden', name, what, why, fix))
  } else if (path !== '') {
    const staged = contents(join(STAGED, name))
    if (staged !== null && staged !== contents(path)) {
      const fix = `cp ${join(STAGED, name)} ${join(INSTALLED, name)} && systemctl daemon-reload && systemctl restart ${name}`
      findings.push(problem('unit.changed', name, `${path} is not as it was installed`, why, fix))
    }
  }
  if (reload === 'yes') {
    const what = 'its file was changed since systemd read it'
    const fix = `systemctl daemon-reload && systemctl restart ${name}`
    findings.push(problem('unit.reload', name, what, 'what the file says is not what runs', fix))
  }
  return findings
}

/** Drop-ins: ours for paths must be what the config asks for; others are named. */
function dropInFindings(
  name: UnitName,
  { DropInPaths: paths = '' }: Shown,
  { config }: HostContext,
): Finding[] {
  const findings: Finding[] = []
  const ours = dropInFile(name)
  const others = paths.split(' ').filter((path) => path !== '' && path !== ours)
  if (others.length > 0) {
    const what = `is changed by ${others.join(' ')}`
    findings.push(
      note(
        'unit.drop-in',
        name,
        what,
        'somebody decided so; look whether it opens something',
        `systemctl cat ${name}`,
      ),
    )
  }
  if (config === null) return findings
  const wanted = dropInsFor(config)[name]
  const now = contents(ours)
  if (wanted !== now) {
    const what =
      wanted === null
        ? `${ours} is not needed by the config any more`
        : `${ours} is ${now === null ? 'missing' : 'not'} what the config needs`
    const why =
      'the unit reaches none of the places that the config names outside of its own, or more than it needs'
    findings.push(problem('unit.paths', name, what, why, 'usher install'))
  }
  return findings
}

function userFindings(name: UnitName, { User: user = '' }: Shown, { config }: HostContext): Finding[] {
  if (config === null) return []
  const users = {
    'usher-worker.service': '',
    'usher-bot.service': config.botUser ?? '',
    'usher-witness.service': config.witness?.user ?? '',
  }
  const wanted = users[name]
  if (user === wanted || (wanted === '' && user === 'root')) return []
  const what = `runs as ${user === '' ? 'root' : user}, the config says ${wanted === '' ? 'root' : wanted}`
  return [
    problem(
      'unit.user',
      name,
      what,
      'the worker does not listen to it, or it may do too much',
      'usher install',
    ),
  ]
}

function contents(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
