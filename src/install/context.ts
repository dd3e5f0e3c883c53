import type { Programs } from '../provisioning/host/programs/programs.ts'
import type { Outcome } from '../setup/ensure.ts'
import type { Ledger } from './ledger.ts'
import type { InstallRecord } from './record.ts'

/** The machine that is installed on. */
export interface InstallHost {
  /** What stands for `/`: empty on a host, a folder in tests. */
  root: string
  /** The uid and gid that everything belongs to: root's. */
  owner: number
  programs: Pick<Programs, 'run'>
}

/** What a change is told. */
export interface ChangeContext {
  host: InstallHost
  /** Looks and says, changes nothing. */
  dryRun: boolean
  /** Where each thing is written down before it is made. */
  ledger: Ledger
  /** What an earlier installation made; null where there was none. */
  record: InstallRecord | null
  /** Says when to stop between two things. */
  signal: AbortSignal
}

/**
 * One change of an installation. It makes what is not so already, each thing after it was written down, and says what became
 * of each; the first `problem` ends the installation, and everything that was written down is taken back. What the file
 * system refuses is thrown, and ends it likewise.
 */
export type Change = (context: ChangeContext) => Promise<Outcome[]> | Outcome[]

/**
 * What became of one thing that was to be taken away. `kept`: what is there is somebody else's by now, and stays; `failed`: it could not
 * be taken away, and may be tried again. `text` says why.
 */
export interface Removal {
  state: 'gone' | 'removed' | 'kept' | 'failed'
  subject: string
  text: string
}

/** What an installation works on, is stopped by and tells. */
export interface InstallPorts {
  host: InstallHost
  signal: AbortSignal
  /** Told of each as it happens. */
  onOutcome(outcome: Outcome): void
  onRemoval(removal: Removal): void
  say(text: string): void
}
