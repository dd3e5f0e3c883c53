import { readFileSync } from 'node:fs'
import { reloadUnits } from './changes/services.ts'
import type { InstallHost } from './context.ts'
import { systemFiles } from './image.ts'
import { writeWhole } from './record.ts'

/**
 * Puts the files of that tree's `system/usr` where they belong, over whatever of ours is there, and has systemd read its units
 * again: what dpkg put there for a version that does not become ready. Throws what the file system says.
 */
export async function placeSystem(host: InstallHost, tree: string): Promise<void> {
  let units = false
  for (const { path, source } of systemFiles(tree)) {
    const file = `${host.root}${path}`
    const bytes = readFileSync(source)
    if (isSame(file, bytes)) continue
    writeWhole(file, bytes)
    units ||= path.includes('/systemd/system/')
  }
  if (units) await reloadUnits(host)
}

function isSame(file: string, bytes: Buffer): boolean {
  try {
    return readFileSync(file).equals(bytes)
  } catch {
    return false
  }
}
