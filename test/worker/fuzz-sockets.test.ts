import { test } from 'vitest'
import { SHORT_SEED } from '../fuzz/surface.ts'
import { socketRequests } from '../fuzz/surfaces/socket-requests.ts'

test('whatever is sent to a socket is answered in time, and the worker stays whole', {
  timeout: 60_000,
}, async () => {
  await socketRequests.explore({ seed: SHORT_SEED, inputs: 2000 })
})
