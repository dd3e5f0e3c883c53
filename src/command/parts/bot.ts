import { CONFIG_OPTION, type CommandDescription, JSON_OPTION } from '../command.ts'

export const BOT = {
  name: 'bot',
  summary: 'the unprivileged process: Telegram',
  description:
    'Serves Telegram until it is stopped. It needs no root: run it as the account that the config names in bot.user.',
  arguments: [],
  options: { config: CONFIG_OPTION, json: JSON_OPTION },
  examples: [
    { line: 'sudo systemctl start usher-bot', why: 'the usual way, as it is installed' },
    { line: 'usher bot', why: 'in a terminal, in single-user mode' },
  ],
  exits: {
    0: 'it was stopped',
    1: 'something broke; the log says what',
    2: 'config or token cannot be used',
  },
} as const satisfies CommandDescription
