import type { Finding } from '../../domain/finding.ts'
import { shellWord } from '../../domain/shell-word.ts'

/** What root can type to set a finding right that no repair may touch; null where there is no single command. Pure. */
export function byHand({ code, params = {}, os_user }: Finding): string | null {
  const value = (name: string) => shellWord(String(params[name] ?? ''))
  switch (code) {
    case 'account.expired':
    case 'account.never_activated':
      return `chage -E -1 -- ${value('os_user')}`
    case 'account.no_entry':
      return `usher adduser --adopt --os-user ${value('os_user')} --telegram-id ID --name NAME --role ROLE --reason TEXT`
    case 'account.entry_removed':
      return `usher run undo ${value('run')}`
    case 'group.missing':
      return `groupadd -- ${value('group')}`
    case 'dir.mode': {
      const command = `chmod ${value('expected')} -- ${value('path')}`
      // In a home its person can put a link on the way to what root would change.
      return 'in_home_of' in params ? `runuser -u ${value('in_home_of')} -- ${command}` : command
    }
    case 'dir.owner':
      if ('in_home_of' in params || !('expected' in params)) return null
      return `chown --no-dereference ${value('expected')}: -- ${value('path')}`
    case 'service.down':
      return `systemctl start -- ${value('unit')}`
    case 'smoke.failed':
      return os_user === null ? null : `usher user show ${shellWord(os_user)}`
    default:
      return null
  }
}
