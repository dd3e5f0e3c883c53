import { existsSync, readFileSync } from 'node:fs'
import { type Finding, type HostCheck, note, ok, problem } from '../finding.ts'

/** Programs that steps run, and the package of Debian that has them. */
const NEEDED: readonly [string, string][] = [
  ['/usr/sbin/useradd', 'passwd'],
  ['/usr/sbin/usermod', 'passwd'],
  ['/usr/sbin/userdel', 'passwd'],
  ['/usr/bin/gpasswd', 'passwd'],
  ['/usr/bin/setpriv', 'util-linux'],
  ['/usr/bin/unshare', 'util-linux'],
]

/** Programs that steps run. */
export const checkPrograms: HostCheck = ({ config, uid }) => {
  if (process.platform !== 'linux' || config?.mode === 'single-user' || (config === null && uid !== 0))
    return []
  const missing = NEEDED.filter(([program]) => !existsSync(program))
  if (missing.length === 0) return [ok('programs.ok', 'programs', 'all that steps run are there')]
  return missing.map(([program, debianPackage]) =>
    problem(
      'programs.missing',
      program,
      'is not there',
      'no account can be made',
      `apt-get install --reinstall ${debianPackage}`,
    ),
  )
}

/** proc_sys_fs(5): what the kernel refuses to follow in folders like /tmp. */
const LINKS = ['protected_symlinks', 'protected_hardlinks']

/** What of the kernel's own protection is off or missing: nothing rests on it alone. */
export const checkKernel: HostCheck = () => {
  if (process.platform !== 'linux') return []
  const findings: Finding[] = []
  for (const name of LINKS) {
    if (read(`/proc/sys/fs/${name}`).trim() !== '0') continue
    const why = 'links in /tmp lead other programs of root astray; Usher itself follows none'
    findings.push(note('kernel.weak', `fs.${name}`, 'is off', why, `sysctl -w fs.${name}=1`))
  }
  const needs: [string, boolean, string][] = [
    [
      'seccomp',
      /^Seccomp:/m.test(read('/proc/self/status')),
      'the units cannot keep system calls away from bot and worker',
    ],
    [
      'cgroup v2',
      existsSync('/sys/fs/cgroup/cgroup.controllers'),
      'what runs as a person is ended by other means than its cgroup',
    ],
    ['pid namespaces', existsSync('/proc/self/ns/pid'), 'what runs as a person is ended by its cgroup alone'],
  ]
  for (const [name, there, why] of needs)
    if (!there)
      findings.push(note('kernel.weak', name, 'this kernel does not have it, or it is not mounted', why))
  return findings.length > 0 ? findings : [ok('kernel.ok', 'kernel', 'has and does what Usher builds on')]
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
