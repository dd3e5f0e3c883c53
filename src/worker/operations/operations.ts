import type { OperationName } from '../../protocol/operations.ts'
import type { Operation } from '../context.ts'
import { onboardingOptions, status, whoami } from './about.ts'
import { accessAsk, accessMine, accessWithdraw } from './access/ask.ts'
import { blockAdd, blockList, blockRemove } from './access/blocks.ts'
import { accessComplete, accessDeny, accessGet, accessList } from './access/decide.ts'
import { botIntroduce } from './access/introduce.ts'
import { inviteCreate, inviteList, inviteRedeem, inviteRevoke } from './access/invitations.ts'
import { auditList, auditVerify } from './audit.ts'
import { checkAccount } from './check-account.ts'
import { claimAccept, claimShow } from './claims.ts'
import { reconcileChallenge, requestChallenge } from './factors/challenges.ts'
import { chatAlarm, chatFreeze, chatUnfreeze } from './factors/chat-freeze.ts'
import { telegramList, telegramRestore, telegramRevoke } from './factors/telegram-ids.ts'
import { totpEnroll, totpList, totpProve, totpRemove, totpReset } from './factors/totp.ts'
import { peopleGet, peopleList } from './people.ts'
import { personCheckEdit, personEdit, personRetest } from './person-edits.ts'
import { personStarted } from './person-started.ts'
import { reconcileApprove, reconcileCheck, reconcileGet, reconcileRun } from './reconcile.ts'
import { requestApprove, requestCancel, requestConfirm, requestDeny } from './request-decisions.ts'
import { requestDraft } from './request-draft.ts'
import { requestGet, requestList, runGet } from './request-reads.ts'
import { requestSubmit } from './request-submit.ts'
import { runAbandon, runKeep, runResume, runRetry } from './run-choices.ts'
import { runUndo } from './run-undo.ts'
import { witnessAsk, witnessCleared, witnessPending, witnessSent } from './witness.ts'

/** Every operation there is: one that joins the protocol without its implementation does not compile. */
export const IMPLEMENTATIONS: { [N in OperationName]: Operation<N> } = {
  whoami,
  status,
  'onboarding.options': onboardingOptions,
  'host.check-account': checkAccount,
  'request.draft': requestDraft,
  'run.undo': runUndo,
  'run.retry': runRetry,
  'run.keep': runKeep,
  'run.resume': runResume,
  'run.abandon': runAbandon,
  'request.submit': requestSubmit,
  'request.approve': requestApprove,
  'request.confirm': requestConfirm,
  'request.deny': requestDeny,
  'request.cancel': requestCancel,
  'claim.show': claimShow,
  'claim.accept': claimAccept,
  'person.started': personStarted,
  'person.edit': personEdit,
  'person.check-edit': personCheckEdit,
  'person.retest': personRetest,
  'reconcile.check': reconcileCheck,
  'reconcile.run': reconcileRun,
  'reconcile.get': reconcileGet,
  'reconcile.approve': reconcileApprove,
  'request.list': requestList,
  'request.get': requestGet,
  'run.get': runGet,
  'people.list': peopleList,
  'people.get': peopleGet,
  'audit.list': auditList,
  'audit.verify': auditVerify,
  'access.mine': accessMine,
  'access.ask': accessAsk,
  'access.withdraw': accessWithdraw,
  'access.get': accessGet,
  'access.list': accessList,
  'access.deny': accessDeny,
  'access.complete': accessComplete,
  'invite.create': inviteCreate,
  'invite.list': inviteList,
  'invite.revoke': inviteRevoke,
  'invite.redeem': inviteRedeem,
  'block.add': blockAdd,
  'block.remove': blockRemove,
  'block.list': blockList,
  'bot.introduce': botIntroduce,
  'request.challenge': requestChallenge,
  'reconcile.challenge': reconcileChallenge,
  'chat.freeze': chatFreeze,
  'chat.unfreeze': chatUnfreeze,
  'chat.alarm': chatAlarm,
  'totp.enroll': totpEnroll,
  'totp.prove': totpProve,
  'totp.reset': totpReset,
  'totp.remove': totpRemove,
  'totp.list': totpList,
  'telegram.revoke': telegramRevoke,
  'telegram.restore': telegramRestore,
  'telegram.list': telegramList,
  'witness.ask': witnessAsk,
  'witness.pending': witnessPending,
  'witness.sent': witnessSent,
  'witness.cleared': witnessCleared,
}
