import { CONFIG_OPTION, type CommandDescription, JSON_OPTION } from '../command.ts'

export const WITNESS = {
  name: 'witness',
  summary: 'a second bot in a process of its own, which only sends codes',
  description:
    'A second bot that only sends: it tells admins what they are about to approve, with the code that says they saw it. It runs until it is stopped, as the account that the config names in witness.user, with a token of its own.',
  arguments: [],
  options: { config: CONFIG_OPTION, json: JSON_OPTION },
  examples: [{ line: 'sudo systemctl start usher-witness', why: 'the usual way, as it is installed' }],
  exits: {
    0: 'it was stopped',
    1: 'something broke; the log says what',
    2: 'config or token cannot be used, or the config names no witness',
  },
} as const satisfies CommandDescription
