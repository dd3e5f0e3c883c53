/** How much of everything there may be; all of it can be lowered in tests. */
export interface EngineLimits {
  /** Runs of different people that go on at the same time. */
  concurrentRuns: number
  draftLifetimeMs: number
  /** Drafts an actor may make in 24 h: who may only ask for themself, and who may ask for others through the bot. */
  ownDraftsPerDay: number
  draftsPerDay: number
  /** Challenges that one person may be given in an hour: each card that is drawn takes one. */
  challengesPerHour: number
  /** Checks of a name by one actor in a minute: bounds the load only, passwd(5) is no secret. One /adduser makes about five. */
  checksPerMinute: number
  /** Looks at everybody through the bot in an hour, of all admins together: each writes its findings and an event down. */
  chatLooksPerHour: number
  /** Access requests that wait for an admin, of all strangers together. */
  accessWaiting: number
  /** How often one stranger may ask in 24 h, and all of them together in an hour. */
  accessPerPersonAndDay: number
  accessPerHour: number
  /** How long what became of an access request or an invitation is kept, in milliseconds. */
  accessKeptMs: number
  /** Invitations that can still be used, and those that one admin may make in 24 h; uid 0 is not counted. */
  invitationsPending: number
  invitationsPerDay: number
  /** Invitation codes that one Telegram user may try in an hour. */
  redeemsPerHour: number
  /** People that admins may have blocked by chat. */
  blocks: number
  /** Codes that the witness sends one admin in an hour. */
  witnessCodesPerHour: number
  /** Claim codes that one uid may try in an hour. */
  claimAttemptsPerHour: number
  /** How often an interrupted step is begun again before it counts as the cause of the interruptions. */
  attemptsPerStep: number
  /**
   * How long a step that ignores its deadline is waited for, in milliseconds: longer than any program that does, because what
   * a step still does while it is undone is undefined.
   */
  graceMs: number
  /** How often an undo that fails is tried before it is left to a person, and the pause between, in milliseconds. */
  undoTries: number
  undoPauseMs: number
  /** How long a step waits in all for the account database while somebody else holds its lock, in milliseconds. */
  lockPatienceMs: number
  /** After this long a step that says nothing else takes longer than usual, in milliseconds. */
  usualStepMs: number
  /** How far the clock may be behind what it said before it is not believed. */
  clockToleranceMs: number
  /** How long a run that was interrupted by a bug or a full disk rests before it is taken up again. */
  retryMs: number
  /** Repairs that one look plans and asks for; the others' turn comes when these are decided. Bounds what a huge roster costs. */
  repairsAtOnce: number
  /** How long after its start the worker compares everybody with the host for the first time. */
  firstReconcileMs: number
  /** How often the schedule looks at the clock, which may be set. */
  reconcileTickMs: number
  /** First answers are remembered for this long. */
  idempotencyMs: number
}

const HOUR = 3_600_000

export const DEFAULT_LIMITS: EngineLimits = {
  concurrentRuns: 4,
  draftLifetimeMs: 24 * HOUR,
  ownDraftsPerDay: 5,
  draftsPerDay: 200,
  challengesPerHour: 2000,
  checksPerMinute: 120,
  chatLooksPerHour: 30,
  accessWaiting: 50,
  accessPerPersonAndDay: 3,
  accessPerHour: 20,
  accessKeptMs: 90 * 24 * HOUR,
  invitationsPending: 200,
  invitationsPerDay: 50,
  redeemsPerHour: 10,
  blocks: 10_000,
  witnessCodesPerHour: 6,
  claimAttemptsPerHour: 10,
  attemptsPerStep: 3,
  graceMs: 40_000,
  undoTries: 3,
  undoPauseMs: 500,
  lockPatienceMs: 30_000,
  usualStepMs: 10_000,
  clockToleranceMs: 5 * 60_000,
  retryMs: 10_000,
  repairsAtOnce: 1000,
  firstReconcileMs: 5 * 60_000,
  reconcileTickMs: 60_000,
  idempotencyMs: 7 * 24 * HOUR,
}
