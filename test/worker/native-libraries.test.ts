import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const usher = fileURLToPath(new URL('../../usher', import.meta.url))

/** The C and C++ runtime that Node itself is linked with. */
const runtime =
  /^(ld-linux.*|ld-musl.*|libc|libdl|libgcc_s|libm|libpthread|libstdc\+\+|libatomic|librt)\.so[.\d]*$/

/** Every file that the process has mapped and that is a library: a `.node` addon or a `.so`. */
function librariesOf(pid: number): string[] {
  const mapped = readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .map((line) => line.split(/\s+/, 6)[5] ?? '')
    .filter((path) => /\.(node|so[.\d]*)$/.test(path))
  return [...new Set(mapped)]
}

test('a running worker has mapped no native library but those of Node and koffi', async () => {
  execFileSync(usher, ['init'], { stdio: 'ignore' })
  const worker = spawn(usher, ['worker'], { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    let log = ''
    const ready = new Promise<boolean>((resolve) => {
      worker.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text
        if (log.includes('"ready"')) resolve(true)
      })
      worker.once('exit', () => resolve(false))
    })
    expect(await ready, log).toBe(true)
    const others = librariesOf(worker.pid!).filter((path) => !runtime.test(basename(path)))
    expect(others.map((path) => basename(path))).toEqual(['koffi.node'])
    expect(others[0]).toMatch(/\/node_modules\/@koromix\/koffi-[a-z0-9-]+\//)
  } finally {
    worker.kill('SIGTERM')
    if (worker.exitCode === null) await once(worker, 'exit')
    execFileSync('userdel', ['usher'])
  }
})
