/** The engine with the real steps on this machine, with something that happens right before a step is applied or undone. */
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Config } from '../../../src/config/config.ts'
import type { StepKind } from '../../../src/domain/step.ts'
import { type StepRegistry, stepRegistry } from '../../../src/provisioning/registry.ts'
import type { EngineLimits } from '../../../src/worker/limits.ts'
import { engineFixture, type Fixture } from '../engine-fixture.ts'
import { makeTestHost, places } from '../host/test-host.ts'

export type Happening = Partial<Record<`${'apply' | 'undo'} ${StepKind}`, () => void | Promise<void>>>

const template = '/etc/usher/MEMORY.md.example'

/** `happening` may be changed while the engine runs. Inside a sandbox only. */
export async function attackedEngine(
  happening: Happening,
  config: Partial<Config> = {},
  limits: Partial<EngineLimits> = {},
): Promise<Fixture> {
  mkdirSync('/etc/usher', { recursive: true })
  writeFileSync(template, '# Memory\n', { mode: 0o644 })
  return engineFixture({
    limits,
    real: {
      host: (store) => makeTestHost({ takeUid: (isFree, range) => store.uids.take(isFree, range) }),
      registry: interrupted(happening),
    },
    config: {
      botUser: null,
      paths: {
        roster: places.rosterFile,
        data: places.dataDir,
        state: places.stateDir,
        botState: '/var/lib/usher-bot',
        run: '/run/usher',
        secrets: '/etc/usher/secrets.yaml',
      },
      defaults: { workspace_base: '{home}/deep/work' },
      memoryTemplate: template,
      services: [],
      smoke: { agentCommand: ['true'], path: ['/usr/bin', '/bin'], via: null },
      adopt: 'admin',
      ...config,
    },
  })
}

function interrupted(happening: Happening): StepRegistry {
  const entries = Object.entries(stepRegistry).map(([kind, step]) => [kind, withHappening(step, happening)])
  return Object.fromEntries(entries) as StepRegistry
}

function withHappening(step: StepRegistry[StepKind], happening: Happening): object {
  const both = (verb: 'apply' | 'undo') => {
    const original = step[verb] as (...args: unknown[]) => Promise<unknown>
    return async (...args: unknown[]) => {
      await happening[`${verb} ${step.kind}`]?.()
      return original.apply(step, args)
    }
  }
  return { ...step, apply: both('apply'), undo: both('undo') }
}
