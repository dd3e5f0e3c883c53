import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConfigResult } from '../../../src/config/config.ts'
import { readEnvironment } from '../../../src/config/environment.ts'
import { type LoadConfigOptions, loadConfig } from '../../../src/config/load.ts'
import { loadText, self } from './load-text.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string, mode = 0o644): string {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

function load(options: Partial<LoadConfigOptions> & { variables?: Record<string, string> }): ConfigResult {
  const { variables, ...rest } = options
  return loadConfig({
    environment: readEnvironment({ HOME: folder, ...variables }),
    uid: self,
    systemFile: join(folder, 'no-such-system-file'),
    ...rest,
  })
}

function model(result: ConfigResult): string | undefined | ConfigResult {
  return result.ok ? result.config.defaults.model : result
}

function refusal(result: ConfigResult): string {
  if (result.ok) throw new Error('the config loaded')
  return result.problems.map((problem) => `${problem.key}: ${problem.message}`).join('\n')
}

describe('where the config is looked for', () => {
  it('an explicit file comes before everything else', () => {
    const file = write('a.yaml', 'defaults: { model: explicit }')
    const other = write('b.yaml', 'defaults: { model: environment }')
    expect(model(load({ explicitFile: file, variables: { USHER_CONFIG: other }, systemFile: other }))).toBe(
      'explicit',
    )
  })

  it('an explicit file that is not there is an error, never another file', () => {
    const system = write('system.yaml', '')
    expect(refusal(load({ explicitFile: join(folder, 'none'), systemFile: system }))).toContain(
      'no such file',
    )
  })

  it('uid 0 does not listen to USHER_CONFIG', () => {
    const file = write('a.yaml', 'defaults: { model: environment }')
    expect(refusal(load({ uid: 0, variables: { USHER_CONFIG: file } }))).toContain("run 'usher init'")
  })

  it('uid 0 has no config of its own and needs the system one', () => {
    write('.config/usher/config.yaml', 'defaults: { model: own }')
    expect(refusal(load({ uid: 0 }))).toContain("run 'usher init'")
  })

  it('somebody else without any file is in single-user mode under the XDG folders', () => {
    const result = load({
      uid: self + 1,
      variables: {
        XDG_RUNTIME_DIR: `${folder}/rt`,
        XDG_STATE_HOME: `${folder}/st`,
        XDG_DATA_HOME: 'relative',
      },
    })
    expect(result).toMatchObject({
      ok: true,
      config: {
        file: null,
        mode: 'single-user',
        botUser: null,
        paths: {
          roster: `${folder}/.config/usher/users.yaml`,
          data: `${folder}/.local/share/usher`,
          state: `${folder}/st/usher`,
          run: `${folder}/rt/usher`,
        },
      },
    })
  })

  it('without a runtime folder the sockets are in the state folder', () => {
    const result = load({ uid: self + 1 })
    expect(result.ok && result.config.paths.run).toBe(`${folder}/.local/state/usher/run`)
  })

  it('without a home nothing is guessed', () => {
    const environment = readEnvironment({})
    expect(refusal(loadConfig({ environment, uid: self + 1, systemFile: join(folder, 'none') }))).toContain(
      'HOME',
    )
  })
})

describe('what is not trusted', () => {
  it('uid 0 refuses a file that others can write to', () => {
    const file = write('a.yaml', '', 0o666)
    expect(refusal(load({ explicitFile: file }))).toContain('others can write to it')
  })

  it('a file of somebody else is refused', () => {
    const file = write('a.yaml', '')
    if (self === 0) chownSync(file, 4242, 4242)
    expect(refusal(load({ explicitFile: file, uid: self === 0 ? 0 : self + 1 }))).toContain('belongs to uid')
  })

  it('a symbolic link at the end is refused', () => {
    const file = join(folder, 'link.yaml')
    symlinkSync(write('a.yaml', ''), file)
    expect(refusal(load({ explicitFile: file }))).toContain('symbolic link')
  })

  it('a dangling link as the system file is refused, not passed by', () => {
    const systemFile = join(folder, 'link.yaml')
    symlinkSync(join(folder, 'none'), systemFile)
    expect(load({ systemFile }).ok).toBe(false)
  })

  it('a folder or a FIFO in its place is refused without waiting', () => {
    expect(refusal(load({ explicitFile: folder }))).toContain('not a plain file')
  })

  it('a file that is not UTF-8 is refused', () => {
    const file = join(folder, 'a.yaml')
    writeFileSync(file, Buffer.from([0x62, 0xff, 0xfe]), { mode: 0o644 })
    expect(refusal(load({ explicitFile: file }))).toContain('UTF-8')
  })

  it('a file of megabytes is refused', () => {
    expect(refusal(load({ explicitFile: write('a.yaml', `#${'x'.repeat(2 ** 21)}`) }))).toContain(
      'larger than',
    )
  })
})

describe('the mode', () => {
  const person = self === 0 ? 4242 : self
  const own = (text: string) => {
    const file = write('own.yaml', text)
    if (self === 0) chownSync(file, person, person)
    return load({ explicitFile: file, uid: person })
  }

  it("a person's own file means single-user mode, with that person's folders", () => {
    expect(own('')).toMatchObject({ ok: true, config: { mode: 'single-user', botUser: null } })
  })

  it("a person's own file cannot speak for the system", () => {
    expect(refusal(own('mode: system'))).toContain('must belong to root')
  })
})

describe('what a config means', () => {
  it('the example of the documentation loads', () => {
    const result = loadText(`
telegram:
  admins: [111111111]
  api_root: https://api.telegram.org/
bot: { user: usher }
roles:
  user:
    description: runs agents in their own account
    permissions: [requests.read.own, runs.read.own]
    groups: []
    shell: /bin/bash
    approval: { count: 1, self: true, step_up: none, expires: 24h }
defaults: { workspace_base: "{home}/work", model: opus, agent_backend: claude, max_budget: 50 }
memory: { template: /etc/usher/MEMORY.md.example }
services: [ { unit: kai.service, action: restart } ]
folders: { memory: { owner: person }, history: { owner: kai } }
smoke:
  agent_command: [claude, --version]
  path: [/usr/local/bin, /usr/bin, /bin, "{home}/.local/bin"]
  via: { user: kai, argv: [/usr/bin/sudo, -n, -H, -u, "{os_user}", --] }
`)
    expect(result).toMatchObject({ ok: true, config: { telegram: { apiRoot: 'https://api.telegram.org' } } })
  })

  it('an empty file means all defaults, with the three built-in roles', () => {
    const result = loadText('')
    expect(result.ok && [...result.config.roles.keys()]).toEqual(['admin', 'user', 'public'])
    expect(result.ok && result.config.roles.get('admin')?.approval.step_up).toBe('terminal')
    expect(result.ok && result.config.roles.get('public')?.permissions).toEqual([])
  })

  it('a redefined role keeps what it does not mention', () => {
    const result = loadText('roles: { admin: { approval: { count: 2 } }, user: { groups: [games] } }')
    expect(result.ok && result.config.roles.get('admin')).toMatchObject({
      permissions: ['*'],
      approval: { count: 2, step_up: 'terminal' },
    })
    expect(result.ok && result.config.roles.get('user')?.permissions).toContain('requests.read.own')
  })

  it('a role with a root-equivalent group loads with a step-up on a terminal', () => {
    const result = loadText(
      'roles: { dev: { groups: [docker], approval: { step_up: terminal, expires: 30m } } }',
    )
    expect(result.ok && result.config.roles.get('dev')?.approval).toMatchObject({ expiresMs: 1_800_000 })
  })

  it('yes, no and octal look-alikes keep their YAML 1.2 meaning', () => {
    const result = loadText('defaults: { model: no, agent_backend: "null" }')
    expect(result.ok && result.config.defaults).toEqual({ model: 'no', agent_backend: 'null' })
  })
})
