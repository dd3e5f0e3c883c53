import type { CommandDescription } from './command.ts'
import { BACKUP } from './parts/backup.ts'
import { BOT } from './parts/bot.ts'
import { DOCTOR } from './parts/doctor.ts'
import { INIT } from './parts/init.ts'
import { INSTALL } from './parts/install.ts'
import { RESTORE } from './parts/restore.ts'
import { SETUP } from './parts/setup.ts'
import { WITNESS } from './parts/witness.ts'
import { WORKER } from './parts/worker.ts'

/** The commands that are programs of their own and no client of the worker, in the order in which the help lists them. */
export const PARTS: readonly CommandDescription[] = [
  ...[INSTALL, INIT, SETUP, DOCTOR],
  ...[BACKUP, RESTORE],
  ...[WORKER, BOT, WITNESS],
]
