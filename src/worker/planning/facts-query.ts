import type { Config } from '../../config/config.ts'
import type { FactsQuery } from '../../domain/facts.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import type { Role } from '../../domain/role.ts'
import type { Containment } from '../../provisioning/host/programs/programs.ts'
import { configReservedNames } from '../validation/validate-answers.ts'
import { personPaths, withParents } from './person-paths.ts'

type Asked = Pick<OnboardAnswers, 'telegram_id' | 'os_user' | 'account' | 'workspace_base'>

/** What to observe before planning for one person; pure. `role` null: the role was refused, the rest is still checked. */
export function factsQuery(
  config: Config,
  answers: Asked,
  role: Role | null,
  home: string,
  containment: Containment,
): FactsQuery {
  const { workspace, ...fixed } = personPaths(config, answers, home)
  return {
    osUser: answers.os_user,
    telegramId: answers.telegram_id,
    groups: role?.groups ?? [],
    owners: configReservedNames(config),
    paths: [...new Set([...Object.values(fixed), ...(workspace === null ? [] : withParents(workspace))])],
    shell: role?.shell ?? '/bin/sh',
    programs: neededPrograms(config, answers.account, role, containment),
  }
}

const CONTAINED_BY: Record<Containment, string[]> = {
  'transient-unit': ['/usr/bin/systemd-run', '/usr/bin/systemctl'],
  'pid-namespace': ['/usr/bin/unshare'],
  'own-session': [],
  'process-group': ['/usr/bin/sudo'],
}

/** Programs without which a run would fail half-way. The agent command is looked up as the person, by the smoke test. */
function neededPrograms(
  config: Config,
  account: 'create' | 'adopt',
  role: Role | null,
  containment: Containment,
): string[] {
  const system = config.mode === 'system'
  return [
    ...['/bin/sh', '/bin/mkdir', '/bin/rm', '/usr/bin/env', '/usr/bin/find'],
    ...(system && containment !== 'process-group'
      ? ['/usr/bin/setpriv', '/usr/bin/getent', '/usr/bin/prlimit']
      : []),
    ...CONTAINED_BY[containment],
    ...(system && account === 'create'
      ? ['/usr/sbin/useradd', '/usr/sbin/userdel', '/usr/sbin/usermod']
      : []),
    ...(system && (role?.groups.length ?? 0) > 0 ? ['/usr/bin/gpasswd'] : []),
    ...(config.services.some(({ action }) => action !== 'remind') ? ['/usr/bin/systemctl'] : []),
    ...(config.smoke.via === null ? [] : config.smoke.via.argv.slice(0, 1)),
  ]
}
