import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COMMAND_RULES, commandsOf } from '../../../../src/bot/commands/table.ts'
import { builtinRoles } from '../../../../src/config/builtin-roles.ts'
import { PERMISSIONS, type Permission } from '../../../../src/protocol/permissions.ts'
import { COMMANDS, helpText, menuOf } from '../../../../src/texts/chat/commands.ts'
import { createAllWords } from '../../../../src/texts/words.ts'
import type { Caller } from '../../../../src/worker/caller.ts'
import { decide } from '../../../../src/worker/gate/access.ts'

/** Somebody for whom the bot speaks, and who may do only this. */
const withOnly = (permissions: readonly Permission[]): Caller => ({
  actor: { kind: 'telegram', telegramId: 7 },
  listener: 'bot',
  person: null,
  role: 'test',
  permissions: new Set(permissions),
  personKey: 'telegram:7',
})

describe('the table of commands', () => {
  test.each([[], ...PERMISSIONS.map((one) => [one])].map((permissions) => [permissions]))(
    'offers with %j exactly what the worker lets them do',
    (permissions) => {
      const offered = new Set(commandsOf(new Set(permissions)))
      const decided = COMMANDS.filter((command) => {
        const { asks, of } = COMMAND_RULES[command]
        return asks === null || decide(asks, withOnly(permissions), of) === 'allow'
      })
      expect([...offered]).toEqual(decided)
    },
  )

  test('offers an admin everything, and a member what is about themself', () => {
    const of = (name: string) => {
      const [first, ...rest] = builtinRoles().find((role) => role.name === name)!.permissions
      return commandsOf(new Set(first === '*' ? PERMISSIONS : [first!, ...rest]))
    }
    expect(of('admin')).toEqual([...COMMANDS])
    expect(of('user')).toEqual(['requests', 'run', 'user', 'status', 'whoami', 'language', 'cancel', 'help'])
  })

  test('has every command that is listened to anywhere, and no other', () => {
    const sources = globSync('src/bot/**/*.ts').map((path) => readFileSync(path, 'utf8'))
    const heard = sources.flatMap((source) =>
      [...source.matchAll(/\.command\(\s*(\[[^\]]*\]|'[^']*')/g)].flatMap(([, names]) =>
        [...names!.matchAll(/'([^']+)'/g)].map(([, name]) => name),
      ),
    )
    expect([...new Set(heard)].sort()).toEqual([...COMMANDS, 'start'].sort())
  })

  test('is what the menu and /help say, in every language and within what Telegram takes', () => {
    for (const words of Object.values(createAllWords())) {
      const menu = menuOf(words, COMMANDS)
      expect(menu.map(({ command }) => command)).toEqual([...COMMANDS])
      const help = helpText(words, COMMANDS).html
      for (const { command, description } of menu) {
        expect(command).toMatch(/^[a-z0-9_]{1,32}$/)
        expect(description.length).toBeLessThanOrEqual(256)
        expect(help).toContain(`/${command}: `)
      }
    }
  })
})
