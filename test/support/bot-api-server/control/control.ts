import { z } from 'zod'
import type { Account } from '../state/account.ts'
import type { Action } from './action.ts'
import { buttonActions } from './button-actions.ts'
import { groupActions } from './group-actions.ts'
import { privateChatActions } from './private-chat-actions.ts'
import { worldActions } from './world-actions.ts'

/** Every action, by name: the one table behind the control in the process and behind `/control/…`. */
const ACTIONS = { ...worldActions, ...privateChatActions, ...groupActions, ...buttonActions }

type Actions = typeof ACTIONS
type Input<T> = T extends Action<infer Schema, infer _> ? z.input<Schema> : never
type Output<T> = T extends Action<infer _, infer Result> ? Result : never

/**
 * The strings of the small world: each action takes one object and resolves with plain data. A wrong input or an action
 * that makes no sense rejects with an Error for the author of the test.
 */
export type Control = {
  [Name in keyof Actions]: (input: Input<Actions[Name]>) => Promise<Output<Actions[Name]>>
}

/** A control over any way of performing an action by its name. */
export function controlOver(perform: (name: string, input: unknown) => Promise<unknown>): Control {
  const entries = Object.keys(ACTIONS).map((name) => [name, (input: unknown) => perform(name, input)])
  return Object.fromEntries(entries) as Control
}

/** Performs an action in this process; inputs are checked exactly as over HTTP. */
export async function performAction(account: Account, name: string, input: unknown): Promise<unknown> {
  const found = Object.entries(ACTIONS).find(([one]) => one === name)?.[1] as
    | Action<z.ZodType, unknown>
    | undefined
  if (!found) throw new Error(`cannot perform ${name}: there is no such action`)
  const parsed = found.input.safeParse(input)
  if (!parsed.success) throw new Error(`cannot perform ${name}: ${z.prettifyError(parsed.error)}`)
  // A copy, so that nobody holds on to the living state.
  return structuredClone(await found.run(account, parsed.data))
}
