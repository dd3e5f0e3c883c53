import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Levels that boot a machine of their own. */
const bootingLevels = ['services', 'install']
/** Levels that change accounts, files of root or processes of others: one file at a time, inside a sandbox. */
const rootLevels = ['steps', 'worker', 'host', 'browser', 'e2e']

const project = (name: string) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`, ...(name === 'unit' ? ['test/support/**/*.test.ts'] : [])],
    setupFiles: [
      ...(rootLevels.includes(name) ? ['test/support/sandbox/required.ts'] : []),
      'test/support/leaks/setup.ts',
    ],
    fileParallelism: !(rootLevels.includes(name) || bootingLevels.includes(name)),
    // Room for a busy machine: what must be fast is measured by the benchmark, and waits inside a test have a limit of
    // their own that says what was missing.
    testTimeout: name === 'install' ? 120_000 : 30_000,
    // The first one of `install` makes the staged tree and the package.
    hookTimeout: name === 'install' ? 300_000 : 30_000,
  },
})

export default defineConfig({
  // The checkout may be read-only.
  cacheDir: join(tmpdir(), `usher-vite-${process.getuid?.() ?? 0}`),
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Beside the other cache: one in node_modules, left by an ordinary run, cannot be tidied up in a sandbox.
    fsModuleCachePath: join(tmpdir(), `usher-vite-${process.getuid?.() ?? 0}`, 'modules'),
    allowOnly: false,
    passWithNoTests: true,
    projects: ['unit', 'conversations', 'store', ...rootLevels, ...bootingLevels].map(project),
  },
})
