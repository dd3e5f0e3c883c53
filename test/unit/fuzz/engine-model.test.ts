import { test } from 'vitest'
import { SHORT_SEED, SHRINKING_MS } from '../../fuzz/surface.ts'
import { engineModel } from '../../fuzz/surfaces/engine-model.ts'

test('whatever is asked in whatever order, through restarts and kills, the engine does what the model says', {
  timeout: SHRINKING_MS,
}, async () => {
  await engineModel.explore({ seed: SHORT_SEED, inputs: 250 })
})
