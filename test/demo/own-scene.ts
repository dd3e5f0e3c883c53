/** The demo without root: single-user mode, with the caller's own account and a scratch folder. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { castOf, type SetStage } from './cast.ts'
import { askForAccess, watchRun } from './onboarding.ts'
import type { Paper } from './paper.ts'
import { ADA, plotFor } from './plot.ts'
import { shortly, stopwatch } from './stopwatch.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

/** True when the caller has access and the smoke test is what let them in. */
export async function playForOneself(
  paper: Paper,
  options: { failSmoke: boolean; why: string; setStage: SetStage },
): Promise<boolean> {
  const { failSmoke, why, setStage } = options
  const me = userInfo().username
  const scratch = mkdtempSync(join(tmpdir(), 'usher-demo-'))
  paper.heading('Usher: from a chat to a person who is proven to work')
  paper.says(
    `Single-user mode, because ${why}. Bot and worker are real and run as ${me}; they adopt your own account and write to ${scratch} only, which is removed at the end. Only Telegram is played, by a server of this demo on loopback. As root on Linux this demo makes a real account.`,
  )
  if (failSmoke) paper.says('--fail-smoke: the agent program of this host will not work.')

  paper.heading('Setting the stage')
  const watch = stopwatch()
  const { config, files } = plotFor(
    { programs: join(scratch, 'programs'), template: join(scratch, 'MEMORY.md.example') },
    failSmoke ? 'fails' : 'works',
  )
  const told = { install: 'usher init', worker: 'usher worker', bot: 'usher bot' }
  const stage = await setStage({
    checkout: CHECKOUT,
    mode: { scratch },
    config,
    files,
    patienceMs: 10_000,
    done: (what) => paper.done(`${told[what]} (${watch()})`),
  })
  const { grace, ada } = await castOf(stage, paper)

  paper.heading("Grace's phone: she is an admin")
  await ada.person.starts()
  await ada.person.sees(String(ADA.id))
  await askForAccess(paper, grace, ADA, { label: new RegExp(`^${me}`), adopt: true })
  const run = await watchRun(paper, grace, stage)
  const time = shortly((run.finished_at ?? 0) - (run.started_at ?? 0))
  if (run.state !== 'succeeded') {
    paper.heading('So')
    paper.failed(`The smoke test failed, and everything was undone after ${time}.`)
    if (failSmoke) paper.says('That is what --fail-smoke is for; the exit status is 1.')
    return false
  }
  paper.heading("Ada's phone")
  await ada.person.sees('Welcome')
  await ada.chat.catchUp()
  paper.heading('The roster afterwards')
  paper.command('$', `cat ${stage.places.roster}`, readFileSync(stage.places.roster, 'utf8'))
  paper.heading('So')
  paper.done(`Ada has access through your account; the run took ${time}, and the folders are proven to work.`)
  return run.steps.some((step) => step.kind === 'smoke-test' && step.state === 'applied')
}
