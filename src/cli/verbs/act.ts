import type { Command } from 'commander'
import type { Outcome } from '../outcome.ts'
import type { Session } from '../session.ts'

/** Makes a commander action of a verb: opens the session, runs it, and hands its outcome over. */
export type Act = <A extends unknown[]>(
  verb: (session: Session, ...args: A) => Promise<Outcome>,
  socket?: 'cli' | 'claim' | 'approver',
) => (...args: A) => Promise<void>

/** Adds one verb, or one group of verbs, to the program. */
export type AddVerb = (program: Command, act: Act) => void
