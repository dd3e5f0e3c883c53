import { CONFIG_OPTION, type CommandDescription, JSON_OPTION } from '../command.ts'

export const BACKUP = {
  name: 'backup',
  summary: 'writes roster, history, requests, config into one file, while everything runs',
  description:
    'Writes everything that cannot be made again into one tar archive: the database, the roster, the config and the template of first memories. It is taken while everything runs: the database as it is in one moment, and the roster as it was in that moment. The file is readable for its owner alone, and appears whole or not at all.\n\nTokens, second factors and people’s folders are left out unless they are asked for.',
  arguments: [{ name: 'FILE', summary: 'the archive to write; nothing may stand there yet', offers: 'file' }],
  options: {
    secrets: { summary: 'also the tokens of the bots and the secrets of second factors' },
    data: { summary: "also people's folders of memory and history" },
    config: CONFIG_OPTION,
    json: JSON_OPTION,
  },
  examples: [
    { line: 'sudo usher backup /root/usher-2026-11-21.tar' },
    { line: 'tar --list --file /root/usher-2026-11-21.tar', why: 'it can be looked into without Usher' },
  ],
  exits: {
    0: 'the archive is on the disk',
    1: 'it failed, and nothing was written',
    2: 'a command that cannot be understood, a config that cannot be used, or a place that cannot be written safely',
    3: 'not permitted for this user',
  },
} as const satisfies CommandDescription
