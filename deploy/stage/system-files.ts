import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { configTemplate, MEMORY_TEMPLATE } from '../../src/setup/templates.ts'
import { copyrightFile } from './copyright.ts'
import type { Package } from './dependencies.ts'

export type SystemSource = {
  readonly checkout: string
  readonly packages: readonly Package[]
  /** Folder of the runtime's package: it has the licence. */
  readonly runtime: string
  readonly release: string
  /** Seconds since 1970 of the commit. */
  readonly time: number
}

/** Where the config's own template names the memory template. */
const MEMORY_EXAMPLE = '/etc/usher/MEMORY.md.example'

/** Writes to `to` the files for /usr and /etc that go with this version. */
export function systemFiles(source: SystemSource, to: string): void {
  const { checkout } = source
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    writeFileSync(join(to, path), content)
  }
  const copyAll = (from: string, into: string, ending: string) => {
    for (const name of existsSync(join(checkout, from)) ? readdirSync(join(checkout, from)) : []) {
      if (name.endsWith(ending)) write(`${into}/${name}`, readFileSync(join(checkout, from, name)))
    }
  }
  copyAll('deploy/units', 'usr/lib/systemd/system', '.service')
  copyAll('deploy/sysusers.d', 'usr/lib/sysusers.d', '.conf')
  copyAll('deploy/tmpfiles.d', 'usr/lib/tmpfiles.d', '.conf')

  const config = configTemplate({ admins: [], memoryTemplate: MEMORY_EXAMPLE, mode: 'system' })
  write('etc/usher/config.yaml', config)
  write(MEMORY_EXAMPLE.slice(1), MEMORY_TEMPLATE)

  copyAll('docs', 'usr/share/doc/usher', '.md')
  write('usr/share/doc/usher/examples/config.yaml', config)
  write('usr/share/doc/usher/copyright', copyrightFile(source))
  write('usr/share/doc/usher/changelog.gz', gzipSync(readFileSync(join(checkout, 'CHANGELOG.md')), { level: 9 }))
}
