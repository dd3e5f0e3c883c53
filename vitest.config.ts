import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Levels that change accounts, files of root or processes of others: one file at a time, inside a sandbox. */
const rootLevels = ['steps', 'worker', 'host', 'e2e']

const project = (name: string) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`, ...(name === 'unit' ? ['test/support/**/*.test.ts'] : [])],
    setupFiles: [
      ...(rootLevels.includes(name) ? ['test/support/sandbox/required.ts'] : []),
      'test/support/leaks/setup.ts',
    ],
    ...(rootLevels.includes(name) || name === 'services'
      ? { fileParallelism: false, testTimeout: 30_000, hookTimeout: 30_000 }
      : {}),
    // Whole dialogues: the driver's own time-outs say what was missing, so they must come first.
    ...(name === 'conversations' ? { testTimeout: 30_000, hookTimeout: 30_000 } : {}),
  },
})

export default defineConfig({
  // The checkout may be read-only.
  cacheDir: join(tmpdir(), `usher-vite-${process.getuid?.() ?? 0}`),
  test: {
    pool: 'forks',
    maxWorkers: 2,
    allowOnly: false,
    passWithNoTests: true,
    projects: ['unit', 'conversations', 'store', ...rootLevels, 'services'].map(project),
  },
})
