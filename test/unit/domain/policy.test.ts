import { describe, expect, test } from 'vitest'
import { missingFor } from '../../../src/domain/policy.ts'
import type { Approval, Consent } from '../../../src/domain/request.ts'
import type { ApprovalPolicy } from '../../../src/domain/role.ts'

const NOW = 1000
const digest = 'd'.repeat(43)
const policy = (change: Partial<ApprovalPolicy> = {}): ApprovalPolicy => ({
  count: 1,
  self: true,
  step_up: 'none',
  expiresMs: 5000,
  ...change,
})
const approval = (personKey: string, change: Partial<Approval> = {}): Approval => ({
  requestId: 1,
  revision: 1,
  digest,
  actor: { kind: 'operator', uid: 0 },
  personKey,
  via: 'chat',
  at: 1,
  ...change,
})
const owner: Consent = { by: 'owner', uid: 1500, at: 1 }

function missing(
  change: Partial<ApprovalPolicy>,
  approvals: Approval[],
  demands = { terminal: false, consent: false },
  consent: Consent | null = null,
) {
  const request = { revision: 1, requesterPersonKey: 'person:7' }
  return missingFor(policy(change), { digest, demands }, request, { approvals, consent }, NOW)
}

describe('what a request lacks', () => {
  test('is an approval again once it is older than the policy lets a request be', () => {
    const given = NOW - 5000
    expect(missing({ count: 1 }, [approval('person:8', { at: given + 1 })])).toEqual([])
    expect(missing({ count: 1 }, [approval('person:8', { at: given })])).toEqual([
      { kind: 'approvals', have: 0, need: 1 },
    ])
    const terminal = approval('operator', { via: 'terminal', at: given })
    expect(missing({ count: 1, step_up: 'terminal' }, [terminal, approval('person:8', { at: NOW })])).toEqual(
      [{ kind: 'terminal' }],
    )
  })

  test('is nothing once as many distinct persons approved as the policy counts', () => {
    expect(missing({ count: 2 }, [approval('person:7')])).toEqual([{ kind: 'approvals', have: 1, need: 2 }])
    expect(missing({ count: 2 }, [approval('person:7'), approval('person:7', { at: 2 })])).toHaveLength(1)
    expect(missing({ count: 2 }, [approval('person:7'), approval('operator', { via: 'terminal' })])).toEqual(
      [],
    )
  })

  test('leaves out approvals of another revision or another digest', () => {
    expect(missing({}, [approval('person:8', { revision: 2 })])).toHaveLength(1)
    expect(missing({}, [approval('person:8', { digest: 'e'.repeat(43) })])).toHaveLength(1)
  })

  test('leaves out the requester’s own approval where the policy does not let it count', () => {
    expect(missing({ self: false }, [approval('person:7')])).toEqual([
      { kind: 'approvals', have: 0, need: 1 },
    ])
    expect(missing({ self: false }, [approval('person:8')])).toEqual([])
  })

  test.for(['terminal', 'witness', 'totp'] as const)('includes a terminal for the step-up %s', (step_up) => {
    expect(missing({ step_up }, [approval('person:8')])).toEqual([{ kind: 'terminal' }])
    expect(missing({ step_up }, [approval('operator', { via: 'terminal' })])).toEqual([])
  })

  test('includes a terminal and a consent that the plan itself demands', () => {
    const demands = { terminal: true, consent: true }
    expect(missing({}, [approval('person:8')], demands)).toEqual([{ kind: 'terminal' }, { kind: 'consent' }])
    expect(missing({}, [approval('operator', { via: 'terminal' })], demands, owner)).toEqual([])
  })

  test('counts the operator’s step-up for its own request even where its vote does not count', () => {
    const request = { revision: 1, requesterPersonKey: 'operator' }
    const approvals = [approval('operator', { via: 'terminal' })]
    const plan = { digest, demands: { terminal: true, consent: false } }
    expect(missingFor(policy({ self: false }), plan, request, { approvals, consent: null }, NOW)).toEqual([
      { kind: 'approvals', have: 0, need: 1 },
    ])
  })
})
