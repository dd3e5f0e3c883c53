import { CONFIG_OPTION, type CommandDescription, JSON_OPTION } from '../command.ts'

export const RESTORE = {
  name: 'restore',
  summary: 'puts back what a backup holds, while nothing runs, and says before what will change',
  description:
    'Puts the files of a backup where they belong, after checking all of it. Worker and bot must be stopped. What stands there is renamed and kept, so that --undo can put it back. A restore that was interrupted is finished by the next one, or by the next start of the worker.\n\nThe counter of uids never goes back, Telegram accounts that were revoked since stay revoked, and a freeze stays.',
  arguments: [
    { name: 'FILE', summary: 'the archive that usher backup wrote', optional: true, offers: 'file' },
  ],
  options: {
    'dry-run': { summary: 'check the archive and say what would change' },
    yes: { summary: 'do not ask' },
    undo: { summary: 'put back what the last restore put aside' },
    config: CONFIG_OPTION,
    json: JSON_OPTION,
  },
  examples: [
    { line: 'sudo usher restore /root/usher-2026-11-21.tar --dry-run' },
    { line: 'sudo usher restore --undo', why: 'after the last restore: as it was before' },
  ],
  exits: {
    0: 'everything is where it belongs, or would be after a dry run',
    1: 'it failed; run it again, or start the worker, and it is finished',
    2: 'refused before anything was changed: the archive, the config, or a place cannot be used',
    3: 'not permitted for this user, or not confirmed',
    4: 'a worker or a bot is running',
  },
} as const satisfies CommandDescription
