import type { PersonIdentity, Programs } from '../../provisioning/host/programs/programs.ts'

/** A command as people type it, in words; quotes hold words together. Null when one is not closed. */
export function commandWords(text: string): string[] | null {
  const words: string[] = []
  const word = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/y
  const trimmed = text.trim()
  while (word.lastIndex < trimmed.length) {
    const found = word.exec(trimmed)
    if (found === null) return null
    words.push(found[1] ?? found[2] ?? found[3] ?? '')
  }
  return words
}

/** As a shell would need it, to be shown and edited. */
export function commandText(words: readonly string[]): string {
  return words.map((word) => (/^[^\s"']+$/.test(word) ? word : `"${word}"`)).join(' ')
}

/** Constant: what is looked for comes as operands. */
const FIND_PROGRAM = `program=$1; shift
case $program in /*) [ -x "$program" ]; exit;; esac
for folder; do if [ -x "$folder/$program" ]; then exit 0; fi; done
exit 1
`

/** Whether the person finds the program in these folders, as they themselves; null when that cannot be tried. */
export async function findsProgram(
  programs: Pick<Programs, 'runAsPerson'>,
  person: PersonIdentity,
  program: string,
  path: readonly string[],
): Promise<boolean | null> {
  const folders = path.map((folder) => folder.replaceAll('{home}', person.home))
  const options = { timeoutMs: 10_000, stdin: FIND_PROGRAM }
  const ran = await programs.runAsPerson(person, ['/bin/sh', '-s', '--', program, ...folders], options)
  return ran.ok ? true : ran.status === 1 ? false : null
}
