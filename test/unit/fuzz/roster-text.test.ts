import { test } from 'vitest'
import { SHORT_SEED, SHRINKING_MS } from '../../fuzz/surface.ts'
import { hugeRosters, rosterText } from '../../fuzz/surfaces/roster-text.ts'

test('whatever text a roster is, an entry that was added and removed leaves every byte as it was', {
  timeout: SHRINKING_MS,
}, async () => {
  await rosterText.explore({ seed: SHORT_SEED, inputs: 500 })
})

test('long and deep rosters neither crash nor hang the parser', { timeout: SHRINKING_MS }, async () => {
  await hugeRosters.explore({ seed: SHORT_SEED, inputs: 1 })
})
