import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completions } from '../../../deploy/reference/completions/completions.ts'

const SHELLS = { bash: '/bin/bash', zsh: '/usr/bin/zsh', fish: '/usr/bin/fish' } as const
type Shell = keyof typeof SHELLS
/** Those that are on this machine; where every change is checked (CI), all of them are. */
const present = (Object.keys(SHELLS) as Shell[]).filter(
  (shell) => process.env['CI'] === 'true' || existsSync(SHELLS[shell]),
)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-completions-'))
  const { bash, zsh, fish } = completions()
  writeFileSync(join(folder, 'usher'), bash)
  writeFileSync(join(folder, '_usher'), zsh)
  writeFileSync(join(folder, 'usher.fish'), fish)
  writeFileSync(join(folder, 'a config.yaml'), '')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the shell offers for the last of these words, by the names that it would insert. */
async function offered(shell: Shell, words: readonly string[]): Promise<string> {
  if (shell === 'bash') {
    // bash makes a word of its own of every equals sign.
    const split = words.flatMap((word) => word.split(/(=)/).filter((part) => part !== ''))
    return run(SHELLS.bash, ['--norc', '-c', BASH, 'bash', ...split, ...(words.at(-1) === '' ? [''] : [])])
  }
  const line = words.join(' ')
  if (shell === 'fish') {
    const script = 'source ./usher.fish; complete --do-complete $argv[1]'
    const lines = await run(SHELLS.fish, ['--no-config', '-c', script, line])
    return lines.replaceAll(/\t.*$/gm, '')
  }
  return stripVTControlCharacters(await run(SHELLS.zsh, ['-f', '-c', ZSH, 'zsh', line]))
}

/** What bash does on Tab, with the words as it splits them. */
const BASH = `
source ./usher
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_usher
printf '%s\\n' "\${COMPREPLY[@]}"
`

/** A zsh with a terminal of its own, in which a person types the line and then Tab; the line is killed afterwards. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; cd $PWD; fpath=($PWD \\$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=10000; setopt no_menu no_auto_menu no_list_ambiguous; print rea''dy"
zpty -r shell out '*ready*'
zpty -w -n shell "$1"$'\\t'
sleep 0.7
zpty -w -n shell $'\\x15'
zpty -w shell "print fini''shed"
zpty -r shell out '*finished*'
zpty -d shell
print -r -- "$out"
`

function run(program: string, argv: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: folder,
      timeout: 10_000,
      env: { PATH: '/usr/bin:/bin', HOME: folder, TERM: 'dumb' },
    }
    execFile(program, [...argv], options, (error, stdout, stderr) => {
      if (error === null && stderr === '') resolve(stdout)
      else reject(new Error(`${program}: ${error?.message ?? ''} ${stderr}`))
    })
  })
}

describe.each(present)('%s', (shell) => {
  it.each<[line: string[], wanted: string[], unwanted: string[]]>([
    [
      ['usher', 'req'],
      ['request', 'requests'],
      ['reconcile', 'doctor'],
    ],
    [['usher', 'request', ''], ['show', 'approve', 'deny', 'cancel', 'confirm'], ['adduser']],
    [['usher', '--json', 'run', ''], ['undo', 'resume', 'abandon'], ['deny']],
    [['usher', 'request', 'approve', '--'], ['--digest', '--wait', '--config', '--json'], ['--smoke']],
    [['usher', 'adduser', '--pr-review', ''], ['yes', 'no'], ['a config']],
    [['usher', 'adduser', '--name', 'request', '--git'], ['--github', '--github-repos'], ['--digest']],
    [['usher', 'help', 'do'], ['doctor'], ['status']],
  ])('offers for %j what is understood there', async (line, wanted, unwanted) => {
    const said = await offered(shell, line)
    const words = said.split(/\s+/)
    // A single candidate is completed in place; its beginning stood there before.
    expect(wanted.filter((word) => !words.includes(word))).toEqual([])
    expect(unwanted.filter((word) => words.includes(word))).toEqual([])
  })

  it('offers files for a config, names with blanks too, before and after the verb', async () => {
    for (const line of [
      ['usher', '--config', './a'],
      ['usher', 'status', '--config', './a'],
    ]) {
      expect(await offered(shell, line)).toMatch(/a(\\)? config\.yaml/)
    }
  })

  it('offers nothing that it cannot know', async () => {
    const said = await offered(shell, ['usher', 'run', 'undo', '--approve', '3', ''])
    expect(said).not.toMatch(/config\.yaml|doctor|abandon/)
  })
})

describe('the completions', () => {
  it('are what a shell expects of such a file', async () => {
    expect(completions().zsh.split('\n')[0]).toBe('#compdef usher')
    const said = await run(SHELLS.bash, ['--norc', '-c', 'source ./usher; complete -p usher'])
    expect(said).toBe('complete -F _usher usher\n')
  })

  it('are the same each time', () => {
    expect(completions()).toEqual(completions())
  })
})
