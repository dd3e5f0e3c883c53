import { test } from 'vitest'
import { SHORT_SEED, SHRINKING_MS } from '../../fuzz/surface.ts'
import { steps } from '../../fuzz/surfaces/steps.ts'

test('on a host of any state a step applied twice is as applied once, and undone is as before', {
  timeout: SHRINKING_MS,
}, async () => {
  await steps.explore({ seed: SHORT_SEED, inputs: 40 })
})
