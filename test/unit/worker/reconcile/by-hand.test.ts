import { expect, test } from 'vitest'
import { FINDING_CODES, type FindingCode } from '../../../../src/domain/finding.ts'
import { byHand } from '../../../../src/worker/reconcile/by-hand.ts'

const hostile = "a b'; $(id) `id`"
const quoted = `'a b'\\''; $(id) \`id\`'`
const NAMES = ['os_user', 'uid', 'run', 'group', 'path', 'expected', 'in_home_of', 'unit', 'errno', 'kind']

/** The command for a finding in which whatever can be from outside is this. */
function commandFor(code: FindingCode, value: string, names: readonly string[]): string | null {
  const params = Object.fromEntries(names.map((name) => [name, value]))
  return byHand({ code, params, repairable: false, telegram_id: 1, os_user: value, name: value })
}

test.each(FINDING_CODES)(
  'the command for %s quotes whatever a shell could take for something else',
  (code) => {
    for (const names of [NAMES, NAMES.filter((name) => name !== 'in_home_of')]) {
      const command = commandFor(code, hostile, names)
      if (command === null) continue
      expect(command).toContain(quoted)
      expect(command.replaceAll(quoted, '')).not.toMatch(/[;$`']/)
    }
  },
)

test('root is told no command that would follow what a person put into their home', () => {
  const owner = ['path', 'uid', 'expected']
  expect(commandFor('dir.owner', 'x', owner)).toBe('chown --no-dereference x: -- x')
  expect(commandFor('dir.owner', 'x', [...owner, 'in_home_of'])).toBeNull()
  expect(commandFor('dir.mode', 'x', ['path', 'expected'])).toBe('chmod x -- x')
  expect(commandFor('dir.mode', 'x', ['path', 'expected', 'in_home_of'])).toBe('runuser -u x -- chmod x -- x')
})
