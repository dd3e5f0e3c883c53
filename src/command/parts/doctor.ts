import { type CommandDescription, DEVELOPMENT_OPTION, JSON_OPTION } from '../command.ts'

export const DOCTOR = {
  name: 'doctor',
  summary: 'looks for what is wrong with config, roster, folders, sockets and services; changes nothing',
  description:
    'Looks for what is wrong with config, roster, secrets, folders, sockets, worker and services. It changes nothing; each finding says what is wrong, why it matters and what mends it.',
  arguments: [],
  options: {
    config: { value: 'FILE', summary: 'the config to look at', offers: 'file' },
    json: JSON_OPTION,
    development: DEVELOPMENT_OPTION,
  },
  examples: [
    { line: 'sudo usher doctor' },
    { line: 'sudo usher doctor --json', why: 'for monitoring: status 1 when there is a problem' },
  ],
  exits: {
    0: 'no problem was found; notes may be',
    1: 'there is a problem',
    2: 'a command that cannot be understood',
  },
} as const satisfies CommandDescription
