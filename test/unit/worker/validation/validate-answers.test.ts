import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswersInput } from '../../../../src/protocol/answers.ts'
import { isComplete, parseAnswers } from '../../../../src/worker/validation/validate-answers.ts'
import { alice, testConfig } from '../../../support/engine-fixture.ts'

const config = testConfig({
  folders: { memory: { owner: 'agent-service' }, history: { owner: 'person' } },
  smoke: { agentCommand: null, path: [], via: { user: 'kai', argv: ['/usr/bin/sudo', '--'] } },
})

/** The codes that an input with this change is refused with, as `field code`. */
function refused(change: { [K in keyof AnswersInput]?: unknown }, used = config): string[] {
  const { violations } = parseAnswers({ ...alice, ...change } as AnswersInput, used)
  return violations.map(({ field, code }) => `${field} ${code}`)
}

test('answers that are right are taken as they are, without what was left out', () => {
  const { answers, violations } = parseAnswers({ ...alice, name: ' Alice ', github: null, model: '' }, config)
  expect(violations).toEqual([])
  expect(isComplete(answers)).toBe(true)
  expect(answers).toEqual({ ...alice, name: 'Alice' })
})

test('all violations come in one answer', () => {
  expect(refused({ telegram_id: true, os_user: '../x', role: 'king', max_budget: 0, name: null })).toEqual([
    'name required',
    'telegram_id telegram_id_invalid',
    'os_user os_user_syntax',
    'role role_unknown',
    'max_budget budget_invalid',
  ])
})

test.for<[unknown]>([[0], [-1], [1.5], [true], ['123'], ['abc'], [2 ** 52], [Number.MAX_SAFE_INTEGER]])(
  'the Telegram id %o is refused',
  ([telegram_id]) => expect(refused({ telegram_id })).toEqual(['telegram_id telegram_id_invalid']),
)

test.for<[string, string]>([
  ['-rf', 'os_user_syntax'],
  ['.hidden', 'os_user_syntax'],
  ['a/b', 'os_user_syntax'],
  ['..', 'os_user_syntax'],
  ['al\nice', 'os_user_syntax'],
  ['al)', 'os_user_syntax'],
  ['a:b', 'os_user_syntax'],
  ['Alice', 'os_user_syntax'],
  ['älice', 'os_user_syntax'],
  ['alice ', 'os_user_syntax'],
  ['1234', 'os_user_only_digits'],
  ['a'.repeat(33), 'os_user_too_long'],
  ['root', 'os_user_reserved'],
  ['nobody', 'os_user_reserved'],
  ['daemon', 'os_user_reserved'],
  ['usher', 'os_user_reserved'],
  ['kai', 'os_user_reserved'],
  ['agent-service', 'os_user_reserved'],
])('the OS user %o is refused as %s', ([os_user, code]) => {
  expect(refused({ os_user })).toEqual([`os_user ${code}`])
})

test('an OS user that is no text is refused', () => {
  expect(refused({ os_user: 7 })).toEqual(['os_user wrong_type'])
})

test('in single-user mode the one account may have a reserved name', () => {
  expect(refused({ os_user: 'admin' }, testConfig({ mode: 'single-user', botUser: null }))).toEqual([])
})

test('a role is one of the config, and public is nobody’s', () => {
  expect(refused({ role: 'king' })).toEqual(['role role_unknown'])
  expect(refused({ role: 'constructor' })).toEqual(['role role_unknown'])
  expect(refused({ role: 'public' })).toEqual(['role role_not_grantable'])
  expect(refused({ role: true })).toEqual(['role wrong_type'])
})

test.for<[string, string]>([
  ['two\nlines', 'text_has_control_characters'],
  ['esc\u001b[31m', 'text_has_control_characters'],
  ['right\u202eleft', 'text_has_control_characters'],
  ['zero\u200bwidth', 'text_has_control_characters'],
  ['half \ud800', 'text_has_control_characters'],
  ['a:b', 'name_invalid'],
  ['a,b', 'name_invalid'],
  ['x'.repeat(65), 'text_too_long'],
])('the name %o is refused as %s', ([name, code]) => {
  expect(refused({ name })).toEqual([`name ${code}`])
})

test.for<[string]>([['-a'], ['a-'], ['a--b'], ['a_b'], ['a'.repeat(40)]])(
  'the GitHub login %o is refused',
  ([github]) => expect(refused({ github })).toEqual(['github github_login_invalid']),
)

test.for<[unknown]>([['repo'], ['a/b/c'], ['/b'], ['a/'], ['a/..'], ['a b/c'], [7], ['a/b c']])(
  'the repository %o is refused, by its place in the list',
  ([repo]) => {
    expect(refused({ github_repos: ['owner/good', repo] })).toEqual(['github_repos.1 github_repo_invalid'])
  },
)

test.for<[unknown]>([[0], [-5], ['10'], [Number.NaN], [Number.POSITIVE_INFINITY], [true]])(
  'the budget %o is refused',
  ([max_budget]) => expect(refused({ max_budget })).toEqual(['max_budget budget_invalid']),
)

test.for<[unknown]>([[0], [1.5], ['-100'], [2 ** 53]])(
  'the chat id %o is refused',
  ([github_notify_chat_id]) => {
    expect(refused({ github_notify_chat_id })).toEqual(['github_notify_chat_id chat_id_invalid'])
  },
)

test('flags are true or false', () => {
  expect(refused({ pr_review: 'yes', issue_triage: 1 })).toEqual([
    'pr_review wrong_type',
    'issue_triage wrong_type',
  ])
  expect(refused({ pr_review: false, issue_triage: null })).toEqual([])
})

test('texts of every field have a limit and no control characters', () => {
  for (const field of ['reason', 'github', 'workspace_base', 'model', 'agent_backend'] as const) {
    expect(refused({ [field]: 'x'.repeat(501) }), field).toEqual([`${field} text_too_long`])
    expect(refused({ [field]: 'a\u0007' }), field).toEqual([`${field} text_has_control_characters`])
  }
})

describe('whatever is sent', () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const input = fc.record({
    telegram_id: scalar,
    name: scalar,
    os_user: scalar,
    role: scalar,
    account: fc.constantFrom('create' as const, 'adopt' as const),
    proof: fc.constant('typed' as const),
    github: scalar,
    workspace_base: scalar,
    max_budget: scalar,
    github_repos: fc.array(scalar, { maxLength: 3 }),
    github_notify_chat_id: scalar,
    pr_review: scalar,
  })

  test('is either complete and right or refused with a reason, never both and never a crash', () => {
    fc.assert(
      fc.property(input, (sent) => {
        const { answers, violations } = parseAnswers(sent, config)
        expect(isComplete(answers) || violations.length > 0).toBe(true)
        if (answers.os_user !== undefined) expect(answers.os_user).toMatch(/^[a-z_][a-z0-9_-]{0,31}$/)
        for (const text of [answers.name, answers.workspace_base, answers.github]) {
          expect(text ?? '').not.toMatch(/\p{Cc}|\p{Bidi_Control}/u)
        }
      }),
      { numRuns: 300 },
    )
  })
})
