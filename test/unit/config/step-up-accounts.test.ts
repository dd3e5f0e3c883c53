import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/parse.ts'
import { systemPaths } from '../../../src/config/paths.ts'
import { mergeRoles } from '../../../src/config/roles.ts'
import { configFileSchema } from '../../../src/config/schema.ts'
import { stepUpAccountProblems, stepUpAccounts } from '../../../src/config/step-up-accounts.ts'
import { valueProblems } from '../../../src/config/value-problems.ts'
import { LANGUAGES } from '../../../src/texts/languages.ts'

function problems(text: string, mode: 'system' | 'single-user' = 'system') {
  const { sections, written, problems: parsed } = parseConfig(text)
  const roles = mergeRoles(sections.roles ?? {}, (written['roles'] ?? {}) as Record<string, unknown>)
  return [
    ...parsed,
    ...valueProblems(sections),
    ...stepUpAccountProblems(sections, mode, systemPaths(), roles),
  ]
}

describe('witness and approver', () => {
  it('are accounts with a token and a folder of their own, and none unless the file names them', () => {
    expect(stepUpAccounts(parseConfig('').sections)).toEqual({ witness: null, approver: null })
    expect(problems('witness: {}\napprover: {}')).toEqual([])
    expect(stepUpAccounts(parseConfig('witness: { state: /w// }\napprover: {}').sections)).toEqual({
      witness: {
        user: 'usher-witness',
        tokenFile: '/etc/usher/witness-token',
        state: '/w',
        language: 'en',
      },
      approver: { user: 'usher-approver' },
    })
  })

  it.each([
    ['a witness that is the bot', 'witness: { user: usher }', 'witness.user', /the bot's account/],
    ['an approver that is the bot', 'approver: { user: usher }', 'approver.user', /has it already/],
    [
      'an approver that is the witness',
      'witness: {}\napprover: { user: usher-witness }',
      'approver.user',
      /has it already/,
    ],
    ['a witness that is root', 'witness: { user: root }', 'witness.user', /must not be uid 0/],
    ['an approver that is root', 'approver: { user: root }', 'approver.user', /must not be uid 0/],
    ['a name that is none', 'approver: { user: "-x" }', 'approver.user', /not a valid account name/],
    [
      "the bot's token",
      'witness: { token_file: /etc/usher/telegram-token }',
      'witness.token_file',
      /second bot of @BotFather/,
    ],
    [
      'a token that the bot could replace',
      'witness: { token_file: /var/lib/usher-bot/token }',
      'witness.token_file',
      /the bot could replace/,
    ],
    ["a folder inside the bot's", 'witness: { state: /var/lib/usher-bot/w }', 'witness.state', /meets/],
    ["a folder around root's", 'witness: { state: /var/lib }', 'witness.state', /meets/],
    ["root's own folder", 'witness: { state: /var/lib/usher }', 'witness.state', /meets/],
    ['a language that there is not', 'witness: { language: xx }', 'witness.language', /en.*de/],
    [
      'a role that needs a witness where there is none',
      'roles: { admin: { approval: { step_up: witness } } }',
      'roles.admin.approval.step_up',
      /without a witness/,
    ],
  ])('cannot be had with %s', (_, text, key, says) => {
    const found = problems(text)
    expect(found.find((problem) => problem.key === key)?.message, JSON.stringify(found)).toMatch(says)
  })

  it('prove nothing in single-user mode, where everything is one account', () => {
    expect(problems('witness: {}\napprover: {}', 'single-user').map(({ key }) => key)).toEqual([
      'witness',
      'approver',
    ])
  })

  it('know every language that Usher speaks', () => {
    const section = configFileSchema.shape.witness.unwrap()
    for (const language of LANGUAGES) expect(section.safeParse({ language }).success).toBe(true)
  })
})
