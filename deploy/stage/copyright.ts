import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SystemSource } from './system-files.ts'

/** The licences of everything that a host gets, in Debian's machine-readable form (copyright-format 1.0). */
export function copyrightFile(source: SystemSource): string {
  const { checkout, packages, runtime } = source
  const of = (folder: string) =>
    readdirSync(folder)
      .filter((name) => /^(licen[cs]e|notice|copying)/i.test(name))
      .sort()
      .map((name) => readFileSync(join(folder, name), 'utf8').trim())
      .join('\n\n')
  const stanzas = [
    stanza('*', 'MIT', of(checkout)),
    stanza('opt/usher/*/bin/node', 'Node.js and the libraries in it', of(runtime)),
    ...packages.map(({ path, name, license }) => {
      const text = of(join(checkout, path)) || `${license}, as ${name} says in its package.json`
      return stanza(`opt/usher/*/${path}/*`, license, text)
    }),
  ]
  return [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: usher\n',
    ...stanzas,
  ].join('\n')
}

function stanza(files: string, license: string, text: string): string {
  const holders = text.split('\n').filter((line) => /^\s*copyright\b.*\d{4}|^\s*copyright \(c\)/i.test(line))
  const copyright = holders.length > 0 ? [...new Set(holders.map((line) => line.trim()))] : ['its authors']
  // A line of a field's continuation begins with a space; an empty one is a full stop.
  const lines = text.split('\n').map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))
  const short = license.replaceAll(/[^A-Za-z0-9.+-]+/g, '-')
  return `Files: ${files}\nCopyright: ${copyright.join('\n           ')}\nLicense: ${short}\n${lines.join('\n')}\n`
}
