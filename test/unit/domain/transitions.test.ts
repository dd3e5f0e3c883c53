import { describe, expect, test } from 'vitest'
import { REQUEST_TRANSITIONS, type RequestState } from '../../../src/domain/request.ts'
import { RUN_TRANSITIONS, type RunState } from '../../../src/domain/run.ts'
import { hasEnded, mayRequestBecome, mayRunBecome } from '../../../src/domain/transitions.ts'

const requestStates = Object.keys(REQUEST_TRANSITIONS) as RequestState[]
const runStates = Object.keys(RUN_TRANSITIONS) as RunState[]

/** Every pair that is allowed, spelled out: a new transition must be added here too. */
const requestPairs = [
  ...['draft submitted', 'draft cancelled', 'draft expired'],
  ...[
    'submitted approved',
    'submitted denied',
    'submitted expired',
    'submitted cancelled',
    'approved submitted',
  ],
]
const runPairs = [
  ...['queued running', 'queued superseded', 'queued cancelled', 'running succeeded', 'running undoing'],
  ...['undoing undone', 'undoing failed', 'succeeded undoing', 'failed undoing', 'failed running'],
]

describe('the state machine', () => {
  test('of requests has these transitions and no other', () => {
    const pairs = requestStates.flatMap((from) =>
      requestStates.filter((to) => mayRequestBecome(from, to)).map((to) => `${from} ${to}`),
    )
    expect(pairs.sort()).toEqual(requestPairs.sort())
  })

  test('of runs has these transitions and no other', () => {
    const pairs = runStates.flatMap((from) =>
      runStates.filter((to) => mayRunBecome(from, to)).map((to) => `${from} ${to}`),
    )
    expect(pairs.sort()).toEqual(runPairs.sort())
  })

  test('has ended runs that nothing happens to by itself', () => {
    expect(runStates.filter((state) => !hasEnded(state))).toEqual(['queued', 'running', 'undoing'])
  })
})
