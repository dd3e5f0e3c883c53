/** The demo as root in private namespaces: a real account, real folders, a real roster. */
import { readFileSync } from 'node:fs'
import type { RunView } from '../../src/protocol/views.ts'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import type { Stage } from '../support/stage/stage.ts'
import { SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'
import { type Actor, castOf, type SetStage } from './cast.ts'
import { show } from './host.ts'
import { askForAccess, watchRun } from './onboarding.ts'
import type { Paper } from './paper.ts'
import { ADA, ALAN, GROUP, plotFor, RESIDENTS } from './plot.ts'
import { shortly, stopwatch } from './stopwatch.ts'

const TREES = ['/etc', '/home', SYSTEM_PLACES.data]

/** True when Ada has access and the smoke test is what let her in.  */
export async function playOnSystem(
  paper: Paper,
  options: { failSmoke: boolean; setStage: SetStage },
): Promise<boolean> {
  const { failSmoke, setStage } = options
  paper.heading('Usher: from a chat to a person who is proven to work')
  paper.says(
    'Everything here is real: the accounts, the bot, the worker that runs as root. Only Telegram is played, by a server of this demo on loopback. It happens inside private mount and process namespaces, so your machine stays as it is.',
  )
  if (failSmoke) {
    paper.line()
    paper.says(
      '--fail-smoke: the agent program of this host will not work for the new person. Nobody knows that before it is tried.',
    )
  }

  paper.heading('Setting the stage')
  const stage = await openCurtain(paper, failSmoke, setStage)
  const { grace, ada } = await castOf(stage, paper)
  const before = snapshotTrees(...TREES)
  const rosterBefore = readFileSync(SYSTEM_PLACES.roster, 'utf8')

  paper.heading('The host before')
  await show(paper, ['id', 'ada'])
  await show(paper, ['ls', '/home'])
  await show(paper, ['cat', SYSTEM_PLACES.roster])

  paper.heading("Ada's phone: nobody lets her in yet")
  await ada.person.starts()
  await ada.person.sees(String(ADA.id))
  await ada.chat.catchUp()

  paper.heading("Grace's phone: she is an admin")
  await askForAccess(paper, grace, ADA, { label: 'ada' })
  const run = await watchRun(paper, grace, stage)

  if (run.state !== 'succeeded') {
    await proveUndone(paper, before, rosterBefore)
    paper.heading('So')
    paper.failed(
      `The smoke test failed, so Ada did not get access, and everything was undone in ${took(run)}.`,
    )
    if (failSmoke) paper.says('That is what --fail-smoke is for; the exit status is 1.')
    return false
  }
  await proveAccess(paper, ada, rosterBefore)
  paper.heading('So')
  paper.done(
    `Ada has access, ${took(run)} after the tap on Approve, and it is proven that her account works.`,
  )
  paper.says('To see a failure and its undo: npm run demo -- --fail-smoke')
  return provenBySmokeTest(run)
}

async function openCurtain(paper: Paper, failSmoke: boolean, setStage: SetStage): Promise<Stage> {
  const { config, files } = plotFor(
    { programs: '/usr/local/bin', template: '/etc/usher/MEMORY.md.example' },
    failSmoke ? 'fails' : 'works',
  )
  const watch = stopwatch()
  const told: Record<string, string> = {
    install: `accounts of Grace, an admin, and Alan; then usher init`,
    worker: 'usher worker: runs as root, has no network, owns roster and database',
    bot: 'usher bot: runs as the user usher, talks to Telegram, decides nothing',
  }
  return setStage({
    checkout: checkoutInSandbox,
    mode: 'system',
    config: { ...config, roles: { user: { groups: [GROUP] } } },
    residents: RESIDENTS,
    groups: [GROUP],
    files,
    patienceMs: 10_000,
    done: (what) => paper.done(`${told[what]} (${watch()})`),
  })
}

async function proveAccess(paper: Paper, ada: Actor, rosterBefore: string): Promise<void> {
  paper.heading("Ada's phone again")
  await ada.person.sees('Welcome', { timeoutMs: 5000 })
  await ada.chat.catchUp()

  paper.heading('The host afterwards')
  await show(paper, ['id', 'ada'])
  const { data, roster } = SYSTEM_PLACES
  const folders = ['/home/ada', `${data}/memory/${ADA.id}`, `${data}/history/${ADA.id}`]
  await show(paper, ['stat', '-c', '%A %U:%G %n', ...folders])
  const added = readFileSync(roster, 'utf8')
    .slice(rosterBefore.trimEnd().length)
    .replace(/^\n+/, '')
    .trimEnd()
  paper.command('#', `tail ${roster}`, added)

  paper.heading('Ada tries: what is hers, and what is not')
  await show(paper, ['demo-agent', '--version'], { as: 'ada' })
  await show(paper, ['cat', `${data}/memory/${ADA.id}/MEMORY.md`], { as: 'ada' })
  await show(paper, ['cat', '/home/alan/notes.txt'], { as: 'ada' })
  await show(paper, ['ls', `${data}/memory/${ALAN.id}`], { as: 'ada' })
  await show(paper, ['cat', roster], { as: 'ada' })
}

async function proveUndone(
  paper: Paper,
  before: ReturnType<typeof snapshotTrees>,
  rosterBefore: string,
): Promise<void> {
  paper.heading('The host afterwards')
  await show(paper, ['id', 'ada'])
  await show(paper, ['ls', '/home'])
  const differences = treeDifferences(before, snapshotTrees(...TREES))
  const same = differences.length === 0 && readFileSync(SYSTEM_PLACES.roster, 'utf8') === rosterBefore
  if (same) paper.done(`${TREES.join(', ')}: contents, owners and modes are what they were before`)
  else for (const difference of differences) paper.failed(difference)
}

function provenBySmokeTest(run: RunView): boolean {
  return run.steps.some((step) => step.kind === 'smoke-test' && step.state === 'applied')
}

const took = (run: RunView) => shortly((run.finished_at ?? 0) - run.queued_at)
