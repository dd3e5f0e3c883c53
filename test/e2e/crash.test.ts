import { expect, test } from 'vitest'
import { stepRegistry } from '../../src/provisioning/registry.ts'
import { FAULTS } from '../crash/injector/orders.ts'
import { type Outcome, playLane, type Trial } from '../crash/lane.ts'
import { SCENARIOS } from '../crash/scenarios.ts'

/** One trial of each step kind in each direction, the faults in turn: by rule, from what was recorded. `npm run crash` plays all. */
function oneOfEach(trials: readonly Trial[]): Trial[] {
  const groups = Map.groupBy(
    trials.filter(({ point }) => point.kind !== null),
    ({ point }) => `${point.kind} ${point.direction}`,
  )
  return [...groups.values()].map((group, index) => {
    const wanted = FAULTS[index % FAULTS.length]
    return group.find(({ fault }) => fault === wanted) ?? group[index % group.length]!
  })
}

test('a run that breaks in any step, in either direction, converges to its end or to nothing', async () => {
  const outcomes: Outcome[] = []
  const chosen: Trial[] = []
  const scenarios = SCENARIOS.filter(({ name }) => ['onboarding', 'failing-late'].includes(name))
  await playLane(
    (trials) => {
      chosen.push(...oneOfEach(trials))
      return chosen
    },
    (outcome) => outcomes.push(outcome),
    scenarios,
  )
  const kindsOf = (direction: 'do' | 'undo') =>
    chosen.filter(({ point }) => point.direction === direction).map(({ point }) => point.kind)
  expect(outcomes).toHaveLength(chosen.length)
  expect(outcomes.filter(({ problems }) => problems.length > 0)).toEqual([])
  // Every kind changes something, so every kind has points; nobody lists them.
  expect(kindsOf('do').sort()).toEqual(Object.keys(stepRegistry).sort())
  expect(kindsOf('undo')).toContain('account')
}, 180_000)
