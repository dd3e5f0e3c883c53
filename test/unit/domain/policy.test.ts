import { describe, expect, test } from 'vitest'
import { type ChatRules, missingFor, strictest } from '../../../src/domain/policy.ts'
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
  proof: 'none',
  at: 1,
  ...change,
})
const confirmation = approval('operator', { via: 'terminal', proof: 'terminal', at: NOW })
const owner: Consent = { by: 'owner', uid: 1500, at: 1 }

function missing(
  change: Partial<ApprovalPolicy>,
  approvals: Approval[],
  demands = { terminal: false, consent: false },
  consent: Consent | null = null,
  rules: ChatRules = { holdMs: 0, frozenAt: null },
) {
  const request = { revision: 1, requesterPersonKey: 'person:7' }
  return missingFor(policy(change), { digest, demands }, request, { approvals, consent }, NOW, rules)
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

  test('includes a terminal for the step-up terminal, however people approved in chat', () => {
    for (const proof of ['none', 'totp', 'witness'] as const) {
      expect(missing({ step_up: 'terminal' }, [approval('person:8', { proof })])).toEqual([
        { kind: 'terminal' },
      ])
    }
    expect(missing({ step_up: 'terminal' }, [confirmation])).toEqual([])
  })

  test('leaves out an approval in chat that does not carry what the policy asks of it', () => {
    const passes = (step_up: ApprovalPolicy['step_up'], proof: Approval['proof']) =>
      missing({ step_up }, [approval('person:8', { proof })]).length === 0
    expect([passes('totp', 'none'), passes('totp', 'totp'), passes('totp', 'witness')]).toEqual([
      false,
      true,
      true,
    ])
    expect([passes('witness', 'none'), passes('witness', 'totp'), passes('witness', 'witness')]).toEqual([
      false,
      false,
      true,
    ])
    for (const step_up of ['totp', 'witness'] as const)
      expect(missing({ step_up }, [confirmation])).toEqual([])
  })

  test('includes a terminal that the plan demands, which a witness passes too and a second factor does not', () => {
    const demands = { terminal: true, consent: false }
    const given = (step_up: ApprovalPolicy['step_up'], proof: Approval['proof']) =>
      missing({ step_up }, [approval('person:8', { proof })], demands)
    expect(given('none', 'none')).toEqual([{ kind: 'terminal' }])
    expect(given('totp', 'totp')).toEqual([{ kind: 'terminal' }])
    expect(given('witness', 'witness')).toEqual([])
    expect(missing({ step_up: 'witness' }, [], demands)).toEqual([{ kind: 'approvals', have: 0, need: 1 }])
  })

  describe('with a hold', () => {
    const rules = { holdMs: 100, frozenAt: null }
    const until = (change: Partial<ApprovalPolicy>, approvals: Approval[], terminal = false) =>
      missing(change, approvals, { terminal, consent: false }, null, rules)
    const totp = (personKey: string, at: number) => approval(personKey, { proof: 'totp', at })

    test('is the time until enough approvals with a second factor have waited', () => {
      expect(until({ step_up: 'totp' }, [totp('person:8', NOW - 99)])).toEqual([
        { kind: 'hold', until: NOW + 1 },
      ])
      expect(until({ step_up: 'totp' }, [totp('person:8', NOW - 100)])).toEqual([])
      expect(
        until({ step_up: 'totp', count: 2 }, [totp('person:8', NOW - 200), totp('person:9', NOW)]),
      ).toEqual([{ kind: 'hold', until: NOW + 100 }])
      expect(until({ step_up: 'totp' }, [totp('person:8', NOW - 200), totp('person:9', NOW)])).toEqual([])
    })

    test('waits for nothing that was given on a terminal, or that needs no second factor', () => {
      expect(until({ step_up: 'totp' }, [totp('person:8', NOW), { ...confirmation, at: NOW }])).toEqual([])
      expect(until({ step_up: 'none' }, [approval('person:8', { at: NOW })])).toEqual([])
      expect(until({ step_up: 'terminal' }, [totp('person:8', NOW), { ...confirmation, at: NOW }])).toEqual(
        [],
      )
    })

    test('is not named while something else is missing that people must do', () => {
      expect(until({ step_up: 'totp', count: 2 }, [totp('person:8', NOW)])).toEqual([
        { kind: 'approvals', have: 1, need: 2 },
      ])
      expect(until({ step_up: 'totp' }, [totp('person:8', NOW)], true)).toEqual([{ kind: 'terminal' }])
    })

    test('holds a terminal that only a witness has passed', () => {
      const witnessed = approval('person:8', { proof: 'witness', at: NOW })
      expect(until({ step_up: 'witness' }, [witnessed], true)).toEqual([{ kind: 'hold', until: NOW + 100 }])
    })
  })

  test('leaves out what was approved in chat before chat was frozen, and keeps what was confirmed on a terminal', () => {
    const frozen = (approvals: Approval[]) =>
      missing({}, approvals, undefined, null, { holdMs: 0, frozenAt: 500 })
    expect(frozen([approval('person:8', { at: 500 })])).toEqual([{ kind: 'approvals', have: 0, need: 1 }])
    expect(frozen([approval('person:8', { at: 501 })])).toEqual([])
    expect(frozen([{ ...confirmation, at: 400 }])).toEqual([])
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
    const rules = { holdMs: 0, frozenAt: null }
    expect(
      missingFor(policy({ self: false }), plan, request, { approvals, consent: null }, NOW, rules),
    ).toEqual([{ kind: 'approvals', have: 0, need: 1 }])
  })
})

test('of two approvals in chat each carries the witness’s code, where the role asks for it', () => {
  const one = approval('person:7', { proof: 'witness' })
  const both = (proof: Approval['proof']) =>
    missing({ count: 2, step_up: 'witness' }, [one, approval('person:8', { proof })])
  expect(both('totp')).toEqual([{ kind: 'approvals', have: 1, need: 2 }])
  expect(both('witness')).toEqual([])
})

describe('the stricter of two policies', () => {
  test.for([
    ['none', 'totp', 'totp'],
    ['totp', 'witness', 'witness'],
    ['witness', 'terminal', 'terminal'],
    ['none', 'terminal', 'terminal'],
  ] as const)('of %s and %s asks for %s, whichever comes first', ([a, b, asked]) => {
    expect(strictest(policy({ step_up: a }), policy({ step_up: b })).step_up).toBe(asked)
    expect(strictest(policy({ step_up: b }), policy({ step_up: a })).step_up).toBe(asked)
  })

  test('takes the larger count, the shorter life, and the own approval only where both count it', () => {
    const strict = strictest(policy({ count: 2, expiresMs: 9 }), policy({ self: false, expiresMs: 7 }))
    expect(strict).toEqual(policy({ count: 2, self: false, expiresMs: 7 }))
  })
})
