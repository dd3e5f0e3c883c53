/**
 * What `usher` starts: turns on the cache of compiled code, then runs `main.ts`. Plain JavaScript, because TypeScript that
 * is loaded before the cache is on costs the type stripper at every start (a WebAssembly program: 80 ms and 18 MB).
 *
 * The cache is code: it stands in a folder that only its user can write, root's in root's; where that cannot be, nothing
 * is kept and starting only takes longer.
 */
import { lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { dirname } from 'node:path'

function keepCompiledCode() {
  const uid = process.getuid?.() ?? -1
  const folder = uid === 0 ? '/var/cache/usher/compiled' : `${homedir()}/.cache/usher/compiled`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const path of [dirname(folder), folder]) {
      const stat = lstatSync(path)
      if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o022) !== 0) return
    }
    enableCompileCache(folder)
  } catch {
    // A read-only home, or none.
  }
}

keepCompiledCode()
await import('./main.ts')
