import { onTestFailed, onTestFinished } from 'vitest'
import { createScene, type Scene, type SceneOptions } from './scene.ts'

/** A scene for one test: set before it, ended after it, and its logs shown when it fails. */
export async function startedScene(options: SceneOptions = {}): Promise<Scene> {
  const scene = await createScene(options)
  onTestFinished(() => scene.close())
  onTestFailed(() => console.error(scene.logs()))
  return scene
}
