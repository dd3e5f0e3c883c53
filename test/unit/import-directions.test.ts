import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const rules = createRequire(import.meta.url)(join(checkout, '.dependency-cruiser.cjs')) as {
  forbidden: { name: string }[]
}

/** Each rule, and an import (in a file of the first folder) that it must refuse. */
const violations: readonly (readonly [rule: string, from: string, target: string])[] = [
  ['no-cycles', 'src/texts/a-cycle', '../texts/b-cycle.ts'],
  ['resolvable', 'src/domain/missing', './nowhere.ts'],
  ['domain-is-pure', 'src/domain/a', '../protocol/x.ts'],
  ['protocol', 'src/protocol/a', '../texts/x.ts'],
  ['client', 'src/client/a', '../texts/x.ts'],
  ['texts', 'src/texts/a', '../client/x.ts'],
  ['config', 'src/config/a', '../store/x.ts'],
  ['conversations', 'conversations/a', '../src/bot/x.ts'],
  ['conversations', 'conversations/b', '../src/client/x.ts'],
  ['bot', 'src/bot/a', '../worker/x.ts'],
  ['bot', 'src/bot/b', '../provisioning/x.ts'],
  ['bot', 'src/bot/c', '../store/x.ts'],
  ['witness', 'src/witness/a', '../worker/x.ts'],
  ['witness', 'src/witness/b', '../bot/x.ts'],
  ['witness', 'src/witness/c', '../../conversations/x.ts'],
  ['cli', 'src/cli/a', '../worker/x.ts'],
  ['cli', 'src/cli/b', '../provisioning/x.ts'],
  ['cli', 'src/cli/c', '../store/x.ts'],
  ['cli', 'src/cli/d', '../bot/x.ts'],
  ['provisioning', 'src/provisioning/a', '../store/x.ts'],
  ['provisioning', 'src/provisioning/b', '../config/x.ts'],
  ['store', 'src/store/a', '../provisioning/x.ts'],
  ['worker', 'src/worker/a', '../bot/x.ts'],
  ['worker', 'src/worker/b', '../client/x.ts'],
  ['worker', 'src/worker/c', '../../conversations/x.ts'],
  ['setup', 'src/setup/a', '../store/x.ts'],
  ['peer', 'src/peer/a', '../domain/x.ts'],
  ['supervision', 'src/supervision/a', '../config/x.ts'],
  ['command', 'src/command/a', '../domain/x.ts'],
  ['install', 'src/install/a', '../worker/x.ts'],
  ['install', 'src/install/b', '../cli/x.ts'],
  ['install', 'src/install/c', '../bot/x.ts'],
  ['backup', 'src/backup/a', '../worker/x.ts'],
  ['no-test-code', 'src/main', '../test/x.ts'],
  ['no-test-code', 'deploy/a', '../test/x.ts'],
  ['no-deploy-code', 'src/launched', '../deploy/x.ts'],
  ['grammy-home', 'src/cli/e', 'grammy'],
  ['grammy-home', 'src/worker/d', '@grammyjs/runner'],
  ['child-process-home', 'src/provisioning/steps/a', 'node:child_process'],
  ['child-process-home', 'src/worker/f', 'child_process'],
  ['kysely-home', 'src/worker/e', 'kysely'],
  ['koffi-home', 'src/bot/d', 'koffi'],
  ['koffi-home', 'src/worker/g', 'koffi'],
  ['message-format-home', 'src/bot/e', 'intl-messageformat'],
]

/** What the design allows and the rules must let pass. */
const allowed: readonly (readonly [from: string, target: string])[] = [
  ['src/worker/y', '../store/x.ts'],
  ['src/worker/z', '../provisioning/x.ts'],
  ['src/bot/y', '../../conversations/x.ts'],
  ['src/witness/y', '../texts/x.ts'],
  ['src/cli/y', '../config/x.ts'],
  ['src/client/y', '../peer/x.ts'],
  ['src/worker/x1', '../peer/x.ts'],
  ['src/install/y', '../store/x.ts'],
  ['src/install/z', '../setup/x.ts'],
  ['src/backup/y', '../store/x.ts'],
  ['deploy/y', '../src/worker/x.ts'],
  ['test/y1', '../deploy/x.ts'],
  ['src/peer/y', 'koffi'],
  ['src/supervision/y', 'koffi'],
  ['src/bot/z', '../supervision/x.ts'],
  ['src/witness/z', '../supervision/x.ts'],
  ['src/worker/x2', '../supervision/x.ts'],
  ['src/provisioning/host/y', 'node:child_process'],
  ['conversations/y', '@grammyjs/runner'],
  ['test/y', '../src/worker/x.ts'],
]

type Found = { rule: { name: string }; from: string; to: string }

let folder: string
let found: Found[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'usher-imports-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const parts = [
    'domain',
    'protocol',
    'client',
    'texts',
    'config',
    'bot',
    'cli',
    'worker',
    'peer',
    'supervision',
    'provisioning',
    'setup',
    'store',
  ]
  for (const part of [...parts.map((name) => `src/${name}`), 'conversations', 'deploy', 'test']) {
    write(`${part}/x.ts`, 'export const x = 1\n')
  }
  for (const library of ['grammy', '@grammyjs/runner', 'kysely', 'koffi', 'intl-messageformat']) {
    write(
      `node_modules/${library}/package.json`,
      `{"name":"${library}","type":"module","exports":"./index.js"}`,
    )
    write(`node_modules/${library}/index.js`, 'export const x = 1\n')
  }
  const libraries = {
    ...{ grammy: '1', '@grammyjs/runner': '1', kysely: '1', koffi: '1' },
    'intl-messageformat': '1',
  }
  write('package.json', JSON.stringify({ name: 'fixture', type: 'module', dependencies: libraries }))
  write('src/texts/b-cycle.ts', `import { y } from './a-cycle.ts'\nexport const x = () => y\n`)
  // The three ways to import are refused alike.
  const ways = [
    (target: string) => `import { x } from '${target}'\nexport const y = x\n`,
    (target: string) => `import type { x } from '${target}'\nexport type Y = typeof x\n`,
    (target: string) => `export const y = await import('${target}')\n`,
  ]
  for (const [index, [rule, from, target]] of violations.entries()) {
    write(`${from}.ts`, ways[rule === 'no-cycles' ? 0 : index % ways.length]!(target))
  }
  for (const [from, target] of allowed) write(`${from}.ts`, ways[0]!(target))
  const tool = join(checkout, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const config = join(checkout, '.dependency-cruiser.cjs')
  const argv = [tool, '--config', config, '--output-type', 'json', 'src', 'conversations', 'deploy', 'test']
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: folder, maxBuffer: 1 << 26 })
  found = (JSON.parse(stdout) as { summary: { violations: Found[] } }).summary.violations
}, 30_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test.for(violations)('%s: refuses that %s imports %s', ([rule, from]) => {
  expect(found.filter((violation) => violation.from === `${from}.ts`).map(({ rule }) => rule.name)).toContain(
    rule,
  )
})

test.for(allowed)('lets %s import %s', ([from]) => {
  expect(found.filter((violation) => violation.from === `${from}.ts`)).toEqual([])
})

test('every rule is shown to refuse something', () => {
  const shown = new Set(violations.map(([rule]) => rule))
  expect(rules.forbidden.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([])
})
