import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manPage } from '../../../deploy/reference/man-page.ts'
import { reference, spellingOf } from '../../../deploy/reference/model.ts'

const page = manPage({ version: '1.2.3', date: '2026-11-21' })

/** What looks at the page: those that are on this machine, and where every change is checked (CI), all of them. */
const LOOKS: [program: string, argv: string[]][] = [
  ['/usr/bin/mandoc', ['-T', 'lint']],
  ['/usr/bin/man', ['--warnings', '-E', 'UTF-8', '-l']],
]

let file = ''
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-man-'))
  file = join(folder, 'usher.8')
  writeFileSync(file, page)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the man page', () => {
  it.each(LOOKS.filter(([program]) => process.env['CI'] === 'true' || existsSync(program)))(
    '%s finds nothing to complain about',
    async (program, argv) => {
      const env = { PATH: '/usr/bin:/bin', MANPAGER: 'cat', MANWIDTH: '100' }
      const { stdout, stderr } = await promisify(execFile)(program, [...argv, file], { env })
      expect(stderr).toBe('')
      if (program.endsWith('/mandoc')) expect(stdout).toBe('')
      else expect(stdout).toContain('usher request approve [--digest DIGEST] [--wait] ID')
    },
  )

  it('has every command with every option and example, and every exit status', () => {
    const written = page.replaceAll('\\-', '-').replaceAll('\\(aq', "'")
    for (const { verb, group, options, examples } of reference().commands) {
      if (group) continue
      expect(written).toContain(`.SS "usher ${verb}"`)
      for (const option of options) expect(written).toContain(option.name)
      for (const { line } of examples) expect(written).toContain(`\n${line}\n`)
    }
    expect(written).toContain('\\fB130\\fR')
  })

  it('says which release it is of', () => {
    expect(page).toContain('.TH USHER 8 "2026-11-21" "usher 1.2.3" "System administration"')
  })
})

describe('the model of the command line', () => {
  it('has an example of every verb that does something, each of which the command line understands', () => {
    const { commands, common } = reference()
    for (const { verb, group, examples, options } of commands) {
      if (group) continue
      const own = examples
        .map(({ line }) => line)
        .filter((line) => new RegExp(`\\busher ${verb}\\b`).test(line))
      expect(`${verb}: ${own.length > 0 || ['worker', 'bot', 'witness'].includes(verb)}`).toBe(
        `${verb}: true`,
      )
      const known = [...options, ...common].map(({ name }) => name)
      const used = own.flatMap((line) => line.match(/(?<= )--[a-z-]+/g) ?? [])
      expect(used.filter((name) => !known.includes(name))).toEqual([])
    }
  })

  it('writes an option whose value may be left away with an equals sign', () => {
    const adduser = reference().commands.find(({ verb }) => verb === 'adduser')
    expect(adduser?.options.map(spellingOf)).toContain('--approve[=DIGEST]')
  })

  it('shows the same examples in the help', () => {
    const launch = new URL('../../../src/launch.js', import.meta.url).pathname
    const help = execFileSync(process.execPath, [launch, 'run', 'undo', '--help'], { encoding: 'utf8' })
    expect(help).toContain('\nExamples:\n  sudo usher run undo 3\n  sudo usher run undo 3 --approve --wait')
  })
})
