import { test } from 'vitest'
import { SHORT_SEED, SHRINKING_MS } from '../fuzz/surface.ts'
import { socketRequests } from '../fuzz/surfaces/socket-requests.ts'

test('whatever is sent to a socket is answered in time, and the worker stays whole', {
  timeout: SHRINKING_MS,
}, async () => {
  await socketRequests.explore({ seed: SHORT_SEED, inputs: 2000 })
})
