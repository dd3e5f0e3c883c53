import { describe, expect, it } from 'vitest'
import { BY_HAND_CODES, type ByHand } from '../../../src/domain/by-hand.ts'
import { byHandLines, leftText, todoCommand, todoText } from '../../../src/texts/by-hand.ts'
import { createWords } from '../../../src/texts/words.ts'
import { UNSAFE } from '../../support/unsafe.ts'

const words = createWords('en')

const hostile = "x'; rm -rf / #\u001b[31m\u202e\nrm"
const names = ['os_user', 'pids', 'telegram_id', 'path', 'group', 'uid', 'home', 'unit', 'step']
const all = (value: string) => Object.fromEntries(names.map((name) => [name, value]))

function one(code: ByHand['code'], params: ByHand['params']): ByHand {
  return { step: 'account', code, params }
}

describe('what is to be done by hand', () => {
  it.each(BY_HAND_CODES)('%s is said in harmless words, with and without its values', (code) => {
    for (const params of [{}, all(hostile)]) {
      for (const text of [todoText(words, one(code, params)), leftText(words, one(code, params))]) {
        expect(text).not.toBe('')
        expect(text).not.toMatch(/undefined|NaN/)
        expect(text).not.toMatch(UNSAFE)
      }
    }
  })

  it.each(BY_HAND_CODES)('%s has no command where a value cannot be shown as it is', (code) => {
    const command = todoCommand(one(code, { ...all(hostile), pids: 'kill' }))
    expect(command).toBeNull()
  })

  it.each(BY_HAND_CODES)('%s quotes whatever a shell could take for something else', (code) => {
    const command = todoCommand(one(code, { ...all("a b'; $(id) `id`"), pids: '12, 34' }))
    if (command === null) expect(['roster_entry', 'roster_edit', 'unknown']).toContain(code)
    else if (code !== 'processes') expect(command).toContain(`'a b'\\''; $(id) \`id\``)
  })

  it.each([
    [
      one('account', { os_user: 'ada', uid: 1001 }),
      'remove the account ada (uid 1001) if it is still there: userdel -- ada',
    ],
    [
      one('processes', { os_user: 'ada', pids: '123, 456' }),
      'end the processes 123, 456 of ada: kill -KILL 123 456',
    ],
    [
      one('roster_entry', { os_user: 'ada', telegram_id: 42, path: '/etc/usher/users.yaml' }),
      'remove the entry of ada (Telegram id 42) from /etc/usher/users.yaml, with an editor',
    ],
    [
      one('group', { os_user: 'ada', group: 'docker' }),
      'take ada out of the group docker: gpasswd --delete ada docker',
    ],
    [
      one('home', { home: '/home/ada' }),
      'look at the home /home/ada if it is still there, and move it out of the way: mv --no-target-directory -- /home/ada /home/ada.kept',
    ],
  ])('%j reads as a sentence and a command', (what, text) => {
    expect(byHandLines(words, [what]).map((line) => line.text)).toEqual([text])
  })
})
