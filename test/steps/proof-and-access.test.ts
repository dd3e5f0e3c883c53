/** The kinds that prove a person and let them in, under the laws that every kind keeps. */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { gecosOf, markerGecos } from '../../src/domain/gecos.ts'
import type { SmokeTestParams } from '../../src/domain/step.ts'
import { STEP_ORDER } from '../../src/domain/step.ts'
import type { Services } from '../../src/provisioning/host/services/services.ts'
import { stepRegistry } from '../../src/provisioning/registry.ts'
import { activation } from '../../src/provisioning/steps/activation.ts'
import { service } from '../../src/provisioning/steps/service.ts'
import { smokeTest } from '../../src/provisioning/steps/smoke-test.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../support/host/test-machine.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'
import { describeStepContract } from './contract.ts'

const marker = 'ab'.repeat(16)
const kinds = ['memory', 'history'] as const
const folder = (kind: (typeof kinds)[number]) => `${places.dataDir}/${kind}/77`
const proof: SmokeTestParams = {
  osUser: 'ida',
  telegramId: 77,
  home: '/home/ida',
  writable: [folder('memory')],
  agentCommand: null,
  path: ['/usr/bin', '/bin'],
  via: null,
}

function arrange(services?: Services) {
  const restore = rememberMachine()
  addAccount('ida', 4701)
  execFileSync('usermod', ['--expiredate', '1970-01-02', '--comment', markerGecos(marker), 'ida'])
  const host = makeTestHost({}, services)
  chmodSync('/home/ida', 0o700)
  for (const kind of kinds) {
    mkdirSync(`${places.dataDir}/${kind}`, { mode: 0o711 })
    mkdirSync(folder(kind), { mode: 0o700 })
    chownSync(folder(kind), 4701, 4701)
  }
  for (const secret of ['/etc/usher/secrets.yaml', `${places.stateDir}/usher.db`])
    writeFileSync(secret, '', { mode: 0o600 })
  return { host, marker, restore }
}

describeStepContract(activation, {
  title: 'of an account that this run created',
  arrange() {
    const arranged = arrange()
    const isExpired = () =>
      execFileSync('getent', ['shadow', 'ida'], { encoding: 'utf8' }).split(':')[7] !== ''
    return { ...arranged, params: { osUser: 'ida' }, snapshot: () => [isExpired(), ...treeSnapshot('/home')] }
  },
})

describeStepContract(smokeTest, {
  title: 'of a person in order',
  changes: false,
  arrange: () => ({
    ...arrange(),
    params: proof,
    snapshot: () => treeSnapshot('/etc', '/home', places.dataDir),
  }),
})

describeStepContract(service, {
  title: 'with one to restart',
  changes: false,
  arrange() {
    const services: Services = {
      available: async () => true,
      isActive: async () => true,
      perform: async () => ({ ok: true, durationMs: 1 }),
    }
    const params = { services: [{ unit: 'kai.service', action: 'restart' as const }], probe: null }
    return { ...arrange(services), params, snapshot: () => treeSnapshot('/etc', '/home', places.dataDir) }
  },
})

describe('the registry', () => {
  test('has every kind under its name', () => {
    expect(STEP_ORDER.map((kind) => stepRegistry[kind].kind)).toEqual([...STEP_ORDER])
  })

  test('activation gives the account the person’s name in the same stroke', async () => {
    const { host, restore } = arrange()
    const context = {
      host,
      run: { runId: 1, requestId: 1, marker, undoing: false },
      journal: { commit: () => {} },
      signal: AbortSignal.timeout(10_000),
    }
    await activation.apply(context, { osUser: 'ida', gecos: gecosOf('Ida I.') }, null)
    expect(await host.accounts.byName('ida')).toMatchObject({ gecos: 'Ida I.' })
    expect(await host.accounts.isExpired('ida')).toBe(false)
    restore()
  })
})
