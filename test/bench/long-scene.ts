/** The usual scene after years: a long history in the database and many people on the roster. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../src/store/open-store.ts'
import { fillStore, type HistorySize, LONG, longPasswd, longRoster } from '../support/big-history.ts'
import { createScene, type Scene } from '../support/stage/scene.ts'

/** Nobody but the worker runs; for whoever closes it. */
export async function createLongScene(
  config: Record<string, unknown> = {},
  size: HistorySize = LONG,
): Promise<Scene> {
  const scene = await createScene({ config })
  try {
    await scene.bot.stop()
    await scene.worker.stop()
    const opened = openStore(join(scene.places.state, 'usher.db'))
    if (!opened.ok) throw new Error(opened.problem.message)
    fillStore(opened.store, size, Date.now())
    opened.store.close()
    appendFileSync('/etc/passwd', longPasswd(size.people))
    appendFileSync(scene.places.roster, longRoster(size.people).replace(/^users:\n/, '\n'))
    await scene.worker.start()
    return scene
  } catch (error) {
    console.error(scene.logs())
    await scene.close()
    throw error
  }
}
