import { afterEach, expect, test } from 'vitest'
import { openRaceTrack, type RaceTrack } from './support/decision-race.ts'

let track: RaceTrack
afterEach(() => track.close())

const RACES = 9
const SHOTS = 100

test('of a hundred decisions on one request at once there is one, and everybody else learns which', async () => {
  track = await openRaceTrack()
  const ends = new Set<string>()
  for (let n = 0; n < RACES; n++) {
    const race = await track.race(SHOTS)
    expect(race.strange).toEqual([])
    expect(race.answers).toBe(SHOTS)
    expect(race.decisions).toEqual([`request.${race.state}`])
    expect(race.winners).toBe(race.state === 'expired' ? 0 : 1)
    expect(race.runs).toBe(race.state === 'approved' ? 1 : 0)
    ends.add(race.state)
  }
  // Not always the same one wins.
  expect(ends.size).toBeGreaterThan(1)
})
