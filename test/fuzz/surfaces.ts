import type { Surface } from './surface.ts'
import { hugeRosters, rosterText } from './surfaces/roster-text.ts'
import { socketRequests } from './surfaces/socket-requests.ts'

/** Every surface that takes input from outside, as `npm run fuzz` explores it. */
export const SURFACES: readonly Surface[] = [rosterText, hugeRosters, socketRequests]
