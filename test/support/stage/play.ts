import { afterAll, beforeAll, beforeEach, onTestFailed } from 'vitest'
import { createScene, type Scene } from './scene.ts'

/**
 * One scene for all tests of a file or a `describe`, because its processes take longer to start than a test to run: each
 * test brings newcomers of its own. The logs of a test that fails are shown, and what it left open is cancelled.
 */
export function playOn(options: Parameters<typeof createScene>[0] = {}): () => Scene {
  let scene: Scene | undefined
  const given = () => {
    if (scene === undefined) throw new Error('cannot play before the scene is set')
    return scene
  }
  beforeAll(async () => {
    scene = await createScene(options)
  })
  beforeEach(() => {
    const before = given().logs().length
    given().setAgent('exit 0')
    onTestFailed(async () => {
      console.error(given().logs().slice(before))
      for (const daemon of [given().worker, given().bot]) if (daemon.pid === null) await daemon.start()
      await given().grace.sends('/cancel')
    })
  })
  afterAll(() => scene?.close())
  return given
}
