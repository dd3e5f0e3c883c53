import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { configTemplate, MEMORY_TEMPLATE } from '../../src/setup/templates.ts'
import { completions } from '../reference/completions/completions.ts'
import { manPage } from '../reference/man-page.ts'
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
  const copyAll = (from: string, into: string, ending: string, change = (text: string) => text) => {
    for (const name of existsSync(join(checkout, from)) ? readdirSync(join(checkout, from)) : []) {
      if (name.endsWith(ending))
        write(`${into}/${name}`, change(readFileSync(join(checkout, from, name), 'utf8')))
    }
  }
  copyAll('deploy/units', 'usr/lib/systemd/system', '.service')
  copyAll('deploy/sysusers.d', 'usr/lib/sysusers.d', '.conf')
  copyAll('deploy/tmpfiles.d', 'usr/lib/tmpfiles.d', '.conf')

  const day = new Date(source.time * 1000).toISOString().slice(0, 10)
  write('usr/share/man/man8/usher.8.gz', gzip(manPage({ version: source.release, date: day })))
  const { bash, zsh, fish } = completions()
  write('usr/share/bash-completion/completions/usher', bash)
  write('usr/share/zsh/vendor-completions/_usher', zsh)
  write('usr/share/fish/vendor_completions.d/usher.fish', fish)

  const config = configTemplate({ admins: [], memoryTemplate: MEMORY_EXAMPLE, mode: 'system' })
  write('etc/usher/config.yaml', config)
  write(MEMORY_EXAMPLE.slice(1), MEMORY_TEMPLATE)

  const documentation = 'usr/share/doc/usher'
  copyAll('docs', documentation, '.md', asPackaged)
  write(
    `${documentation}/HOST_CHANGES.md`,
    asPackaged(readFileSync(join(checkout, 'deploy/HOST_CHANGES.md'), 'utf8')),
  )
  write('usr/share/doc/usher/examples/config.yaml', config)
  write('usr/share/doc/usher/copyright', copyrightFile(source))
  write('usr/share/doc/usher/changelog.gz', gzip(readFileSync(join(checkout, 'CHANGELOG.md'))))
}

/** A page as it stands beside all the others in one folder: links between the checkout's folders lead there. */
function asPackaged(page: string): string {
  return page.replaceAll(/\]\((?:\.\.\/)(?:deploy|docs)\/([\w.-]+\.md)/g, '](./$1')
}

/** Without a name and a time in it: the same text gives the same bytes. */
function gzip(content: string | Uint8Array): Uint8Array {
  return gzipSync(content, { level: 9 })
}
