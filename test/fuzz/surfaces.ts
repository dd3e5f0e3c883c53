import type { Surface } from './surface.ts'
import { engineModel } from './surfaces/engine-model.ts'
import { hugeRosters, rosterText } from './surfaces/roster-text.ts'
import { socketRequests } from './surfaces/socket-requests.ts'
import { steps } from './surfaces/steps.ts'
import { taps } from './surfaces/taps.ts'

/** Every surface that takes input from outside, as `npm run fuzz` explores it. */
export const SURFACES: readonly Surface[] = [
  rosterText,
  hugeRosters,
  socketRequests,
  engineModel,
  taps,
  steps,
]
