import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newNonce, readTap, shownHash, tapData, verbsOf } from '../../../src/bot/cards/buttons.ts'
import type { RequestView } from '../../../src/protocol/views.ts'

describe('the data of a button', () => {
  it('fits into 64 bytes and reads back as it was, for everything that there can be', () => {
    const onRequests = ['approve', 'submit', 'edit', 'cancel', 'deny', 'retry', 'undo', 'keep'] as const
    const verb = fc.constantFrom(...onRequests, 'repair' as const, 'leave' as const)
    fc.assert(
      fc.property(verb, fc.integer({ min: 1, max: 10 ** 14 - 1 }), (verb, id) => {
        const kind = verb === 'repair' || verb === 'leave' ? 'reconciliation' : 'request'
        const tap = { verb, subject: { kind, id } as const, digest: newNonce(), nonce: newNonce() }
        expect(Buffer.byteLength(tapData(tap))).toBeLessThanOrEqual(64)
        expect(readTap(tapData(tap))).toEqual(tap)
      }),
    )
  })

  it('is refused in any other form', () => {
    const good = tapData({
      verb: 'approve',
      subject: { kind: 'request', id: 12 },
      digest: newNonce(),
      nonce: newNonce(),
    })
    for (const bad of [
      '',
      'c:',
      `${good}x`,
      ` ${good}`,
      good.replace('c:a', 'c:z'),
      good.replace(':12:', ':012:'),
    ])
      expect(readTap(bad)).toBeNull()
  })

  it('has a nonce of 128 bits that is never the same', () => {
    const nonces = new Set(Array.from({ length: 1000 }, newNonce))
    expect(nonces.size).toBe(1000)
    expect(Buffer.from(newNonce(), 'base64url')).toHaveLength(16)
  })
})

it('recognizes a changed text, button text or button data', () => {
  const message = (text: string, label: string, data: string) => ({
    text,
    reply_markup: { inline_keyboard: [[{ text: label, callback_data: data }]] },
  })
  const hash = shownHash(message('a', 'b', 'c'))
  expect(shownHash(message('a', 'b', 'c'))).toBe(hash)
  for (const other of [message('x', 'b', 'c'), message('a', 'x', 'c'), message('a', 'b', 'x'), { text: 'a' }])
    expect(shownHash(other)).not.toBe(hash)
})

describe('what can be decided', () => {
  const waiting = (have: number): Partial<RequestView> => ({
    state: 'submitted',
    missing: [{ kind: 'approvals', have, need: 2 }],
  })
  const given = (telegramId: number): RequestView['approvals'][number] => ({
    ...{ by: { key: `telegram:${telegramId}`, name: null }, via: 'chat', proof: 'none', at: 1 },
  })
  const request = (parts: Partial<RequestView>): RequestView =>
    ({
      state: 'draft',
      kind: 'onboard',
      missing: [],
      approvals: [],
      own_counts: true,
      requester: { key: 'telegram:7', name: null },
      ...parts,
    }) as RequestView

  it.each([
    ['an own draft', request({}), ['approve', 'edit', 'cancel']],
    ['an own draft of an undo', request({ kind: 'undo' }), ['approve', 'cancel']],
    ["somebody else's draft", request({ requester: { key: 'telegram:8', name: null } }), []],
    [
      'an own request that waits for a terminal',
      request({ state: 'submitted', missing: [{ kind: 'terminal' }] }),
      ['cancel'],
    ],
    [
      "somebody else's request that needs approvals",
      request({
        ...{ state: 'submitted', requester: { key: 'operator', name: null } },
        missing: [{ kind: 'approvals', have: 0, need: 1 }],
      }),
      ['approve', 'deny'],
    ],
    [
      'an own draft whose own approval does not count',
      request({ own_counts: false }),
      ['submit', 'edit', 'cancel'],
    ],
    [
      'an own request whose own approval does not count',
      request({ ...waiting(0), own_counts: false }),
      ['cancel'],
    ],
    [
      "somebody else's request whose requester's approval does not count",
      request({ ...waiting(0), own_counts: false, requester: { key: 'telegram:8', name: null } }),
      ['approve', 'deny'],
    ],
    ['a request that one has approved', request({ ...waiting(1), approvals: [given(7)] }), ['cancel']],
    [
      'a request that somebody else has approved',
      request({ ...waiting(1), approvals: [given(8)] }),
      ['approve', 'cancel'],
    ],
    [
      'a request whose approval does not count any more',
      request({ ...waiting(0), approvals: [given(7)] }),
      ['approve', 'cancel'],
    ],
    ['a decided request', request({ state: 'approved' }), []],
  ] as const)('on %s', (_, of, verbs) => {
    expect(verbsOf(of, 7)).toEqual(verbs)
  })
})
