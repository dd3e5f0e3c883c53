/**
 * What is left of a step whose undo could not finish, and so what a person has to do by hand before `run resume`, or accepts
 * with `run abandon`. The words, with the command, are in `src/texts/by-hand.ts`, which does not compile without them.
 */
export const BY_HAND_CODES = [
  'processes', // {os_user, pids}
  'roster_entry', // {os_user, telegram_id, path}
  'roster_edit', // {os_user, telegram_id, path}
  'access', // {os_user}
  'folder', // {path}
  'file', // {path}
  'group', // {os_user, group}
  'account', // {os_user, uid}
  'home', // {home}
  'probe', // {os_user}
  'service', // {unit}
  'unknown', // {step}: the record cannot be read, or is of another version
] as const
export type ByHandCode = (typeof BY_HAND_CODES)[number]

export interface ByHand {
  /** Kind of the step that could not be undone. */
  step: string
  code: ByHandCode
  params: Record<string, string | number>
}
