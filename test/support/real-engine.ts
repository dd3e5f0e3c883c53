import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Config } from '../../src/config/config.ts'
import { type StepRegistry, stepRegistry } from '../../src/provisioning/registry.ts'
import { engineFixture, type Fixture, type FixtureOptions } from './engine-fixture.ts'
import { makeTestHost, places } from './host/test-host.ts'

/** The template of the first memory. */
export const template = '/etc/usher/MEMORY.md.example'

/** An engine with the real steps, or others, on the machine of the sandbox. */
export async function realEngine(
  config: Partial<Config> = {},
  { registry = stepRegistry, ...options }: Pick<FixtureOptions, 'limits'> & { registry?: StepRegistry } = {},
): Promise<Fixture> {
  mkdirSync('/etc/usher', { recursive: true })
  writeFileSync(template, '# Memory\n', { mode: 0o644 })
  let begun = false
  return engineFixture({
    ...options,
    real: {
      host: (store) => {
        // A restart finds the roster as it was left.
        const roster = begun ? readFileSync(places.rosterFile) : null
        const host = makeTestHost({ takeUid: (isFree, range) => store.uids.take(isFree, range) })
        if (roster !== null) writeFileSync(places.rosterFile, roster)
        begun = true
        return host
      },
      registry,
    },
    config: realConfig(config),
  })
}

/** The config of that engine. */
export function realConfig(change: Partial<Config> = {}): Partial<Config> {
  return {
    botUser: null,
    paths: {
      roster: places.rosterFile,
      data: places.dataDir,
      state: places.stateDir,
      botState: '/var/lib/usher-bot',
      run: '/run/usher',
      secrets: '/etc/usher/secrets.yaml',
    },
    defaults: { workspace_base: '{home}/work' },
    memoryTemplate: template,
    services: [],
    smoke: { agentCommand: ['true'], path: ['/usr/bin', '/bin'], via: null },
    ...change,
  }
}
