import { CONFIG_OPTION, type CommandDescription, DEVELOPMENT_OPTION } from '../command.ts'

export const WORKER = {
  name: 'worker',
  summary: 'the privileged process: the sockets, the queue, the host',
  description:
    'Serves bot and command line until it is stopped (Ctrl-C or SIGTERM), and makes the changes that were approved. For a whole system it runs as root, without network; with a config of your own, as yourself.',
  arguments: [],
  options: {
    config: CONFIG_OPTION,
    json: { summary: 'print a refusal to start as one JSON document' },
    development: DEVELOPMENT_OPTION,
  },
  examples: [
    { line: 'sudo systemctl start usher-worker', why: 'the usual way, as it is installed' },
    { line: 'usher worker', why: 'in a terminal, in single-user mode' },
  ],
  exits: {
    0: 'it was stopped',
    1: 'something broke; the log says what',
    2: 'config, roster or installation cannot be used',
    3: 'not permitted for this user',
    4: 'another worker runs',
  },
} as const satisfies CommandDescription
