import { ACCESS_TRANSITIONS, type AccessState } from './access-request.ts'
import { INVITATION_TRANSITIONS, type InvitationState } from './invitation.ts'
import { REQUEST_TRANSITIONS, type RequestState } from './request.ts'
import { RUN_TRANSITIONS, type RunState } from './run.ts'

/** Whether a request may go from one state to the other; staying is not a transition. */
export function mayRequestBecome(from: RequestState, to: RequestState): boolean {
  return REQUEST_TRANSITIONS[from].includes(to)
}

/** Whether a run may go from one state to the other; staying is not a transition. */
export function mayRunBecome(from: RunState, to: RunState): boolean {
  return RUN_TRANSITIONS[from].includes(to)
}

/** Whether an access request may go from one state to the other; staying is not a transition. */
export function mayAccessBecome(from: AccessState, to: AccessState): boolean {
  return ACCESS_TRANSITIONS[from].includes(to)
}

/** Whether an invitation may go from one state to the other; staying is not a transition. */
export function mayInvitationBecome(from: InvitationState, to: InvitationState): boolean {
  return INVITATION_TRANSITIONS[from].includes(to)
}

/** Whether nothing will happen to a run by itself any more. */
export function hasEnded(state: RunState): boolean {
  return state !== 'queued' && state !== 'running' && state !== 'undoing'
}
