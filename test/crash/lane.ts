/** One host with one worker on which trials follow each other; several lanes share the work. */

import { CrashingWorker } from './crashing-worker.ts'
import { createHostLook } from './host-state.ts'
import { FAULTS_OF, type Fault, type Point } from './injector/orders.ts'
import { installCrashHost } from './sandbox-host.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'
import { attempt, BEGINNING, type Bench, record } from './trial.ts'

export interface Trial {
  scenario: Scenario
  point: Point
  fault: Fault
}

export interface Outcome {
  /** `undo-request: account/undo/run:/usr/sbin/userdel/1 kill-before` */
  name: string
  direction: Point['direction']
  fault: Fault
  ms: number
  /** None: it survived. */
  problems: string[]
}

/** Plays each of the scenarios once to enumerate its points, then the trials that `choose` picks of all; `tell` hears of each. */
export async function playLane(
  choose: (trials: readonly Trial[]) => readonly Trial[],
  tell: (outcome: Outcome) => void,
  scenarios: readonly Scenario[] = SCENARIOS,
): Promise<void> {
  const host = await installCrashHost([{ unit: 'agents.service', action: 'remind' }])
  const worker = new CrashingWorker()
  try {
    await worker.start()
    let people = 0
    const bench: Bench = {
      worker,
      look: createHostLook(),
      cursor: BEGINNING,
      newcomer() {
        people += 1
        return { osUser: `p${people}q`, telegramId: 720_000_000 + people }
      },
    }
    const recordings = new Map<Scenario, Awaited<ReturnType<typeof record>>>()
    for (const scenario of scenarios) recordings.set(scenario, await record(bench, scenario))
    const trials = [...recordings].flatMap(([scenario, { points }]) =>
      points.flatMap((point) => FAULTS_OF[point.form].map((fault) => ({ scenario, point, fault }))),
    )
    for (const { scenario, point, fault } of choose(trials)) {
      const begun = performance.now()
      const problems = await attempt(
        bench,
        scenario,
        recordings.get(scenario.undisturbed ?? scenario)!,
        point,
        fault,
      )
      const name = `${scenario.name}: ${point.name} ${fault}`
      tell({ name, direction: point.direction, fault, ms: Math.round(performance.now() - begun), problems })
    }
  } finally {
    await worker.close()
    host.remove()
  }
}
