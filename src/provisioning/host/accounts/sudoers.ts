/** Who is meant by user lists of sudoers(5). */
export interface SudoSubject {
  name: string
  uid: number
  groups: { name: string; gid: number }[]
}

/**
 * The user specifications of sudoers(5) that name the subject, directly, by uid, by group, by an alias or by ALL: raw lines, for
 * people to read. Textual, and rather too many than too few: hosts, negations after a match and what a rule allows
 * are not weighed. `texts` are sudoers itself and its included files.
 */
export function sudoRulesFor(texts: string[], subject: SudoSubject): string[] {
  const lines = texts.flatMap(logicalLines)
  const aliases = new Map<string, string[]>()
  for (const line of lines) {
    if (!/^User_Alias\s/.test(line)) continue
    for (const definition of line.replace(/^User_Alias\s+/, '').split(/\s+:\s+|:(?=[A-Z])/)) {
      const [, alias, members] = /^([A-Z][A-Z0-9_]*)\s*=\s*(.*)$/.exec(definition.trim()) ?? []
      if (alias && members !== undefined) aliases.set(alias, listOf(members))
    }
  }
  const names = (member: string, seen: ReadonlySet<string>): boolean => {
    if (member.startsWith('!')) return false
    const plain = member.replace(/^"(.*)"$/, '$1')
    const alias = aliases.get(plain)
    if (alias && !seen.has(plain)) return alias.some((inner) => names(inner, new Set([...seen, plain])))
    if (plain === 'ALL' || plain === subject.name || plain === `#${subject.uid}`) return true
    return subject.groups.some(({ name, gid }) => plain === `%${name}` || plain === `%#${gid}`)
  }
  return lines.filter((line) => {
    if (/^(Defaults|(User|Runas|Host|Cmnd|Cmd)_Alias\s)|^@include/.test(line)) return false
    const [users] = /^(?:"[^"]*"|\\.|[^\s,"\\]|\s*,\s*)+/.exec(line) ?? []
    return users !== undefined && listOf(users).some((member) => names(member, new Set()))
  })
}

/** Files that a sudoers text includes: paths, and whether each is a folder. `%h` is left to the caller. */
export function sudoIncludes(text: string): { path: string; directory: boolean }[] {
  return text.split('\n').flatMap((line) => {
    const [, word, path] = /^[#@](include|includedir)\s+"?([^"]+?)"?\s*$/.exec(line.trim()) ?? []
    return word && path ? [{ path, directory: word === 'includedir' }] : []
  })
}

function logicalLines(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^#(?![0-9])/.test(line))
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
}
