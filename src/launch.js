/**
 * What `usher` starts: turns on the cache of compiled code, then runs `main.ts`. Plain JavaScript, because TypeScript that
 * is loaded before the cache is on costs the type stripper at every start (a WebAssembly program: 80 ms and 18 MB).
 *
 * The cache is code. As installed it came with the program, belongs to root, and nothing is written to it. In a checkout it
 * stands in a folder that only its user can write, root's in root's; where that cannot be, nothing is kept and starting
 * only takes longer.
 */
import { lstatSync, mkdirSync, mkdtempSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs'
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Made at staging; a checkout has none. */
const shipped = fileURLToPath(new URL('../cache', import.meta.url))

/** After this many milliseconds everything is loaded. */
const LOADED = 3000

/**
 * Node names a cache's folder by the uid, the processor and its own version, makes it where it is missing, and writes to it what it
 * had to compile. So it gets a folder of this process's own, in which that name is a link to the cache that came along. The link
 * is gone before Node would write. Files are found by their path relative to that folder: it must stand as deep as at staging.
 */
function useShippedCode() {
  for (const place of process.getuid?.() === 0 ? ['/run', '/tmp'] : ['/tmp']) {
    try {
      const folder = mkdtempSync(`${place}/usher-code-`)
      const remove = onlyOnce(() => rmdirSync(folder))
      enableCompileCache({ directory: folder, portable: true })
      const directory = getCompileCacheDir()
      if (directory === undefined) return remove()
      rmdirSync(directory)
      symlinkSync(shipped, directory)
      const forget = onlyOnce(() => {
        unlinkSync(directory)
        remove()
      })
      process.once('exit', forget)
      setTimeout(forget, LOADED).unref()
      return
    } catch {
      // Not writable here.
    }
  }
}

function onlyOnce(act) {
  let done = false
  return () => {
    if (done) return
    done = true
    try {
      act()
    } catch {
      // Somebody tidied up.
    }
  }
}

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

if (lstatSync(shipped, { throwIfNoEntry: false })?.isDirectory()) useShippedCode()
// A checkout that is installed from leaves nothing of its own on the host.
else if (!process.argv.includes('install')) keepCompiledCode()
await import('./main.ts')
