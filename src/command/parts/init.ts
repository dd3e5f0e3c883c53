import { type CommandDescription, DEVELOPMENT_OPTION, JSON_OPTION } from '../command.ts'

export const INIT = {
  name: 'init',
  summary: 'prepares this host: config, roster, folders, the account of the bot; prints each change',
  description:
    'Prepares this host: config, roster, folders and, as root, the account of the bot. It prints each change, replaces no file, and changes nothing the second time.',
  arguments: [],
  options: {
    admin: {
      value: 'TELEGRAM_ID',
      multiple: true,
      summary: 'a first admin, by numeric Telegram id; for a config that is not there yet',
    },
    config: { value: 'FILE', summary: 'the config to make or to follow', offers: 'file' },
    'dry-run': { summary: 'only say what would be changed' },
    json: JSON_OPTION,
    development: DEVELOPMENT_OPTION,
  },
  examples: [
    { line: 'sudo usher init --admin 111111111 --dry-run' },
    { line: 'usher init', why: 'without root: for your own account, under the XDG folders' },
  ],
  exits: {
    0: 'everything is as it should be, or would be after a dry run',
    1: 'something needs you; it is named',
    2: 'a command that cannot be understood, or a config that cannot be used',
    3: 'not permitted for this user',
  },
} as const satisfies CommandDescription
