import type { Finding } from '../../domain/finding.ts'

/** What root can type to set a finding right that no repair may touch; null where there is no single command. Pure. */
export function byHand({ code, params = {}, os_user }: Finding): string | null {
  const value = (name: string) => quoted(String(params[name] ?? ''))
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
    case 'dir.mode':
      return `chmod ${value('expected')} -- ${value('path')}`
    case 'dir.owner':
      return `chown --no-dereference ${value('expected')}: -- ${value('path')}`
    case 'service.down':
      return `systemctl start -- ${value('unit')}`
    case 'smoke.failed':
      return os_user === null ? null : `usher user show ${quoted(os_user)}`
    default:
      return null
  }
}

/** One word of a shell, whatever is in it. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
