import type { Config } from '../config/config.ts'
import type { Environment } from '../config/environment.ts'
import type { RosterEntry } from '../domain/person.ts'
import type { Programs } from '../provisioning/host/programs/programs.ts'

/** One thing that a check says. Only a `problem` makes `usher doctor` exit 1. */
export interface Finding {
  level: 'ok' | 'note' | 'problem'
  /** What was looked at, in few words. */
  about: string
  /** What is so. */
  text: string
  /** Why it matters; with a problem or a note. */
  why?: string
  /** The command or edit that mends it. */
  fix?: string
}

/** What checks look at. They change nothing. */
export interface DoctorContext {
  config: Config
  environment: Environment
  uid: number
  /** The bot's uid; null without an account of its own. */
  botUid: number | null
  /** Null when the roster cannot be used, or not read by this uid. */
  people: readonly RosterEntry[] | null
  programs: Programs
}

export type Check = (context: DoctorContext) => Promise<Finding[]> | Finding[]

/** Nothing to do. */
export function ok(about: string, text: string): Finding {
  return { level: 'ok', about, text }
}

/** Something that keeps Usher from working or from being safe; `fix` is a command or an instruction. */
export function problem(about: string, text: string, why: string, fix: string): Finding {
  return { level: 'problem', about, text, why, fix }
}

/** Worth knowing; nothing has to be done. */
export function note(about: string, text: string, why: string, fix?: string): Finding {
  return { level: 'note', about, text, why, fix }
}
