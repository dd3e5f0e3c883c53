import type { OperationOutput } from '../../../src/protocol/operations.ts'
import type { AuditEntryView, PersonView, RequestView, RunView } from '../../../src/protocol/views.ts'

export const DIGEST = 'abcdefghijklmnopqrstuv'

export function requestView(change: Partial<RequestView> = {}): RequestView {
  return {
    id: 7,
    kind: 'onboard',
    revision: 1,
    state: 'draft',
    host: 'box',
    requester: { key: 'operator', name: null },
    answers: {
      telegram_id: 42,
      name: 'Ada Lovelace',
      os_user: 'ada',
      role: 'user',
      account: 'create',
      proof: 'typed',
    },
    undo_of: null,
    plan: {
      digest: DIGEST,
      steps: [
        {
          kind: 'account',
          effect: 'change',
          notes: [
            { code: 'account.create', params: { os_user: 'ada', home: '/home/ada', shell: '/bin/bash' } },
          ],
        },
      ],
      demands: { terminal: false, consent: false },
    },
    missing: [{ kind: 'approvals', have: 0, need: 1 }],
    approvals: [],
    step_up: 'none',
    own_counts: true,
    frozen: false,
    decided_by: null,
    reason: null,
    returned: null,
    created_at: 0,
    submitted_at: null,
    expires_at: 86_400_000,
    decided_at: null,
    run_id: null,
    ...change,
  }
}

export function runView(change: Partial<RunView> = {}): RunView {
  return {
    id: 3,
    request_id: 7,
    kind: 'onboard',
    state: 'succeeded',
    subject: { telegram_id: 42, name: 'Ada Lovelace', os_user: 'ada', role: 'user' },
    steps: [
      {
        index: 0,
        kind: 'account',
        state: 'applied',
        duration_ms: 13,
        notes: [{ code: 'account.created', params: { os_user: 'ada', uid: 1001, home: '/home/ada' } }],
        failure: null,
        undo_failure: null,
      },
    ],
    queued_at: 0,
    started_at: 1,
    finished_at: 40,
    undoable: true,
    choices: ['undo'],
    by_hand: [],
    stuck: null,
    closed: null,
    ...change,
  }
}

export function personView(change: Partial<PersonView> = {}): PersonView {
  return {
    telegram_id: 42,
    name: 'Ada Lovelace',
    os_user: 'ada',
    role: 'user',
    entry: {},
    uid: 1001,
    last_run_id: 3,
    ...change,
  }
}

export function auditEntry(change: Partial<AuditEntryView> = {}): AuditEntryView {
  return {
    id: 812,
    at: Date.UTC(2026, 10, 21, 4, 5, 6),
    type: 'request.approval',
    request_id: 7,
    run_id: null,
    subject: { telegram_id: 42, name: 'Ada Lovelace' },
    actor: { key: 'telegram:7', name: 'Grace' },
    data: { revision: 1, via: 'chat' },
    hash: 'ab'.repeat(32),
    ...change,
  }
}

export function verified(
  change: Partial<OperationOutput<'audit.verify'>> = {},
): OperationOutput<'audit.verify'> {
  return {
    intact: true,
    checked: { events: 900, requests: 30 },
    findings: [],
    head: { id: 900, hash: 'cd'.repeat(32) },
    next: null,
    ...change,
  }
}
