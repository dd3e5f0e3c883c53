import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ConfigChange, editConfig } from '../../../../src/setup/first-start/edit-config.ts'
import { configTemplate } from '../../../../src/setup/templates.ts'

const ADMINS = (...ids: number[]): ConfigChange => ({ path: ['telegram', 'admins'], value: ids })
const SERVICES: ConfigChange = { path: ['services'], value: [{ unit: 'a.service', action: 'restart' }] }

function edited(text: string, ...changes: ConfigChange[]): string {
  const result = editConfig(text, changes)
  if (!result.ok) throw new Error(result.message)
  return result.text
}

describe('editing a config as text', () => {
  it.each([
    ['a list in brackets', 'telegram:\n  admins: [1]  # me\n', 'telegram:\n  admins: [1, 2]  # me\n'],
    ['an empty list', 'telegram: { admins: [] }\n', 'telegram: { admins: [2] }\n'],
    ['a list with a trailing comma', 'telegram:\n  admins: [1,]\n', 'telegram:\n  admins: [1, 2]\n'],
    [
      'a list of lines, with comments between them',
      'telegram:\n  admins:\n    # the operator\n    - 1 # me\n# end\n',
      'telegram:\n  admins:\n    # the operator\n    - 1 # me\n    - 2\n# end\n',
    ],
    [
      'a section without the key',
      'telegram:\n    api_root: x # y\n\nbot: { user: u }\n',
      'telegram:\n    api_root: x # y\n    admins: [2]\n\nbot: { user: u }\n',
    ],
    ['a section in braces', 'telegram: { api_root: x }\n', 'telegram: { api_root: x, admins: [2] }\n'],
    ['a section that is only named', 'telegram:\n# later\n', 'telegram:\n  admins: [2]\n# later\n'],
    [
      'a file without the section',
      '# mine\nbot: { user: u }\n',
      '# mine\nbot: { user: u }\n\ntelegram:\n  admins: [2]\n',
    ],
    ['a file without a last line end', 'bot: { user: u }', 'bot: { user: u }\n\ntelegram:\n  admins: [2]\n'],
    ['a file of comments', '# nothing yet\n', '# nothing yet\n\ntelegram:\n  admins: [2]\n'],
    ['an empty file', '', 'telegram:\n  admins: [2]\n'],
  ])('touches only what changes in %s', (_, before, after) => {
    const has = (parse(before) as { telegram?: { admins?: number[] } } | null)?.telegram?.admins ?? []
    expect(edited(before, ADMINS(...has, 2))).toBe(after)
  })

  it('replaces a value and leaves its comment', () => {
    const before = 'telegram:\n  bot_username: old_bot # ours\n  admins: [1]\n'
    const change: ConfigChange = { path: ['telegram', 'bot_username'], value: 'new_bot' }
    expect(edited(before, change)).toBe('telegram:\n  bot_username: new_bot # ours\n  admins: [1]\n')
  })

  it('changes no byte when everything is so already, however it is written', () => {
    const text = "telegram: {admins: [ 0x2 ]}\nservices:\n- {action: restart, unit: 'a.service'}\n"
    expect(edited(text, ADMINS(2), SERVICES)).toBe(text)
  })

  it('takes a key away, and keeps the comments around it', () => {
    const text = '# top\nsmoke:\n  path: [/bin] # where\n  agent_command: [claude]\n# end\n'
    const after = edited(text, { path: ['smoke', 'agent_command'], value: undefined })
    expect(parse(after)).toEqual({ smoke: { path: ['/bin'] } })
    for (const comment of ['# top', '# where', '# end']) expect(after).toContain(comment)
  })

  it('writes values that would be something else without quotes', () => {
    const value = ['no', '123', 'a: b', '{x}', 'null', '#', "it's", '*', '- x']
    const after = edited('smoke:\n', { path: ['smoke', 'agent_command'], value })
    expect(parse(after)).toEqual({ smoke: { agent_command: value } })
  })

  it('fills in the config that init makes, and keeps every line of it', () => {
    const text = configTemplate({
      admins: [],
      memoryTemplate: '/etc/usher/MEMORY.md.example',
      mode: 'system',
    })
    const after = edited(text, ADMINS(2), SERVICES, { path: ['witness'], value: {} })
    const kept = after.split('\n')
    const lost = text.split('\n').filter((line) => !kept.includes(line))
    expect(lost).toEqual(['  admins: []'])
    expect(parse(after)).toMatchObject({ telegram: { admins: [2] }, witness: {} })
  })

  it.each([
    ['a list', '- 1\n'],
    ['broken', 'a: [\n'],
    ['a section that is text', 'telegram: yes please\n'],
  ])('refuses to edit %s', (_, text) => {
    expect(editConfig(text, [ADMINS(2)]).ok).toBe(false)
  })
})
