/** Many decisions on one request at the same moment, over the real sockets: exactly one must count. */
import { openRaceTrack } from '../worker/support/decision-race.ts'
import { p50, p95 } from './statistics.ts'

const DECISIONS = 1000

/** Rows of the table; throws when a decision was lost or made twice. */
export async function measureRaces(requests: number): Promise<string> {
  const track = await openRaceTrack()
  const took: number[] = []
  const latencies: number[] = []
  const ends = new Map<string, number>()
  let decided = 0
  let told = 0
  try {
    for (let n = 0; n < requests; n++) {
      const race = await track.race(DECISIONS)
      const { state, decisions, strange, winners, runs, answers } = race
      const isOne =
        decisions.length === 1 &&
        decisions[0] === `request.${state}` &&
        winners === (state === 'expired' ? 0 : 1) &&
        runs === (state === 'approved' ? 1 : 0)
      if (!isOne || strange.length > 0 || answers !== DECISIONS) {
        throw new Error(`a decision was lost or made twice: ${JSON.stringify({ ...race, latencies: [] })}`)
      }
      decided += decisions.length
      told += answers
      ends.set(state, (ends.get(state) ?? 0) + 1)
      took.push(race.ms)
      latencies.push(...race.latencies)
    }
  } finally {
    await track.close()
  }
  const ms = (value: number) => `${value.toFixed(0)} ms`
  const how = [...ends].map(([state, count]) => `${count} ${state}`).join(', ')
  return [
    `| decisions made of ${told.toLocaleString('en')} sent, ${DECISIONS.toLocaleString('en')} on each of ${requests} requests | ${decided} | | ${requests}: none lost, none double |`,
    `| how they ended | ${how} | | |`,
    `| ${DECISIONS.toLocaleString('en')} decisions on one request → all answered | ${ms(p50(took))} | ${ms(p95(took))} | |`,
    `| one of them, 64 at a time | ${ms(p50(latencies))} | ${ms(p95(latencies))} | |`,
  ].join('\n')
}
