import { test } from 'vitest'
import { SHORT_SEED, SHRINKING_MS } from '../../fuzz/surface.ts'
import { taps } from '../../fuzz/surfaces/taps.ts'

test('whatever a button claims to be, whoever taps it wherever: it is answered and decides nothing', {
  timeout: SHRINKING_MS,
}, async () => {
  await taps.explore({ seed: SHORT_SEED, inputs: 150 })
})
