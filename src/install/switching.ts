import { unlinkSync } from 'node:fs'
import { z } from 'zod'
import { PROGRAM_FOLDER, readJson, syncFolder, writeWhole } from './record.ts'

/** The journal of a switch under way. */
export const SWITCHING_FILE = `${PROGRAM_FOLDER}/switching.json`

const switchingSchema = z.strictObject({
  format: z.literal(1),
  /** The version that was in use and whose services were ready; null where there was none. */
  from: z.string().nullable(),
  to: z.string(),
  /** The units that ran when it began. */
  ran: z.array(z.string()),
  at: z.iso.datetime(),
})
export type Switching = z.infer<typeof switchingSchema>

/** What an interrupted switch left; null where there is nothing, or nothing that can be read. */
export function readSwitching(root: string): Switching | null {
  const read = readJson(`${root}${SWITCHING_FILE}`, switchingSchema, process.getuid?.() ?? 0)
  return read.ok ? read.value : null
}

export function writeSwitching(switching: Switching, root: string): void {
  writeWhole(`${root}${SWITCHING_FILE}`, `${JSON.stringify(switching, null, 2)}\n`)
}

/** The switch is over, however it went. */
export function forgetSwitching(root: string): void {
  try {
    unlinkSync(`${root}${SWITCHING_FILE}`)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
  syncFolder(`${root}${PROGRAM_FOLDER}`)
}
