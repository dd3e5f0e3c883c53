/** The demo as a chat: sets the stage and serves the page until somebody ends it. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkoutInSandbox } from '../../support/sandbox/sandbox.ts'
import type { StageOptions } from '../../support/stage/stage.ts'
import type { SetStage } from '../cast.ts'
import type { Paper } from '../paper.ts'
import { ADA, ALAN, GRACE, GROUP, JOAN, MARY, plotFor, RESIDENTS } from '../plot.ts'
import { createHostLook } from './host-view.ts'
import type { CastMember } from './phone-view.ts'
import { serveWeb, type Web } from './server.ts'

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url))

export interface WebScene {
  on: 'system' | 'own'
  /** With `own`: why it is not the system. */
  why: string
  failSmoke: boolean
  port?: number
  setStage: SetStage
  /** Told when the page is there; what must end with it goes there. */
  opened(web: Web): void
}

/** Resolves when the visitor has asked for the end. */
export async function playOnWeb(paper: Paper, options: WebScene): Promise<void> {
  const { on, why, failSmoke, port, setStage, opened } = options
  paper.heading('Usher, played as a chat')
  const lookAtHost = createHostLook(on === 'system' ? 'shown' : 'not shown')
  const stage = await setStage({
    ...(on === 'system' ? systemStage(failSmoke) : ownStage(failSmoke)),
    patienceMs: 10_000,
    done: (what) => paper.done(what === 'install' ? 'usher init' : `usher ${what}`),
  })
  const { control } = stage.botApi
  const cast = castFor(on)
  for (const { user } of cast) await control.createUser(user)
  const { username } = await control.bot({})
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const web = await serveWeb({
    control,
    cast: cast.map(({ user, part }): CastMember => {
      return { id: user.id, name: `${user.first_name} ${user.last_name}`, part }
    }),
    play: { mode: on, failSmoke, botUsername: username, admin: GRACE.id, newcomer: ADA.id },
    lookAtHost: () => lookAtHost(stage.places),
    port,
    onEnd: end,
  })
  opened(web)
  paper.line()
  if (on === 'own') paper.says(`Single-user mode, because ${why}.`)
  paper.says('Open this page, and play both sides. Whoever has its address can play, so keep it.')
  paper.line()
  paper.line(`  ${web.url}`)
  paper.line()
  paper.says(
    'As Ada press Start and ask for access; as Grace, the admin, press Start and complete it. Ctrl-C ends it and leaves nothing.',
  )
  await ended
}

function systemStage(failSmoke: boolean): StageOptions {
  const { config, files } = plotFor(
    { programs: '/usr/local/bin', template: '/etc/usher/MEMORY.md.example' },
    failSmoke ? 'fails' : 'takes a moment',
  )
  return {
    checkout: checkoutInSandbox,
    mode: 'system',
    config: { ...config, roles: { user: { groups: [GROUP] } } },
    residents: [...RESIDENTS, { os_user: 'joan', name: 'Joan Clarke', telegram_id: JOAN.id, role: 'admin' }],
    groups: [GROUP],
    files,
  }
}

function ownStage(failSmoke: boolean): StageOptions {
  const scratch = mkdtempSync(join(tmpdir(), 'usher-demo-'))
  const { config, files } = plotFor(
    { programs: join(scratch, 'programs'), template: join(scratch, 'MEMORY.md.example') },
    failSmoke ? 'fails' : 'takes a moment',
  )
  return { checkout: CHECKOUT, mode: { scratch }, config, files }
}

function castFor(on: 'system' | 'own') {
  const alone = on === 'own'
  return [
    { user: GRACE, part: 'an admin' },
    { user: ADA, part: 'the newcomer' },
    ...(alone ? [] : [{ user: MARY, part: 'another newcomer' }]),
    ...(alone ? [] : [{ user: JOAN, part: 'a second admin' }]),
    { user: ALAN, part: alone ? 'somebody else' : 'has access' },
  ]
}
