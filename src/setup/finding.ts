import type { Config } from '../config/config.ts'
import type { Environment } from '../config/environment.ts'
import type { Launch } from '../config/root-caution.ts'
import type { RosterEntry } from '../domain/person.ts'
import type { Programs } from '../provisioning/host/programs/programs.ts'
import { FINDING_CODES, type FindingCode } from './finding-codes.ts'

/** One thing that a check says. Only a `problem` makes `usher doctor` exit 1. */
export interface Finding {
  /** Stable; docs/troubleshoot.md has each. */
  code: FindingCode
  severity: 'problem' | 'note' | 'ok'
  /** What was looked at: a path, an account, a unit, or a few words. */
  subject: string
  /** What is so. */
  what: string
  /** Why it matters; with a problem or a note. */
  why?: string
  /** The command that mends it; a line that begins with "edit" where it takes a person. */
  fix?: string
}

/** What checks look at where there may be no config that can be used. They change nothing. */
export interface HostContext {
  environment: Environment
  uid: number
  programs: Programs
  /** Top folder of this program's own code. */
  codeRoot: string
  launch: Launch
  /** Null where none can be used. */
  config: Config | null
}

/** What checks of an installation look at. They change nothing. */
export interface DoctorContext extends HostContext {
  config: Config
  /** The bot's uid; null without an account of its own. */
  botUid: number | null
  /** Null when the roster cannot be used, or not read by this uid. */
  people: readonly RosterEntry[] | null
}

export type HostCheck = (context: HostContext) => Promise<Finding[]> | Finding[]
export type Check = (context: DoctorContext) => Promise<Finding[]> | Finding[]

/** Nothing to do. */
export function ok(code: FindingCode, subject: string, what: string): Finding {
  return { code, severity: 'ok', subject, what }
}

/** Something that keeps Usher from working or from being safe; `fix` is a command or an instruction. */
export function problem(code: FindingCode, subject: string, what: string, why: string, fix: string): Finding {
  return { code, severity: 'problem', subject, what, why, fix }
}

/** Worth knowing; nothing has to be done. */
export function note(code: FindingCode, subject: string, what: string, why: string, fix?: string): Finding {
  return { code, severity: 'note', subject, what, why, ...(fix === undefined ? {} : { fix }) }
}

const SEVERITIES: readonly Finding['severity'][] = ['problem', 'note', 'ok']

/** Problems, then notes, then what is as it should be; of each the most important first. */
export function byImportance(findings: readonly Finding[]): Finding[] {
  const rank = ({ severity, code }: Finding) =>
    SEVERITIES.indexOf(severity) * FINDING_CODES.length + FINDING_CODES.indexOf(code)
  return [...findings].sort((a, b) => rank(a) - rank(b))
}
