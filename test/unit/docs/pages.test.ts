import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { reference } from '../../../deploy/reference/model.ts'
import { PARTS } from '../../../src/command/parts.ts'
import { configFileSchema } from '../../../src/config/schema.ts'
import { allKeys } from '../../../src/config/schema-keys.ts'
import { problemsOf } from '../config/load-text.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const text = (page: string) => readFileSync(join(root, page), 'utf8')
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
/** Everything that people read. */
const PAGES = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'deploy/HOST_CHANGES.md'].concat(
  docs.map((name) => `docs/${name}`),
)

/** The fenced blocks of a page, each with its language. */
function fences(page: string): { language: string; body: string }[] {
  const found = text(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)
  return [...found].map(([, language = '', body = '']) => ({ language, body }))
}

/** A page without its fenced blocks. */
function prose(page: string): string {
  return text(page).replace(/^ *```\w*\n[\s\S]*?^ *```$/gm, '')
}

describe('links', () => {
  it.each(PAGES)('of %s lead to pages and headings that there are', (page) => {
    const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    const broken = links.filter((target) => {
      if (/^[a-z]+:/.test(target)) return false
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(root, file))) return true
      return anchor !== undefined && !anchorsOf(file).has(anchor)
    })
    expect(broken).toEqual([])
  })
})

/** The anchors that GitHub makes of headings: lower case, blanks as dashes, no punctuation. */
function anchorsOf(page: string): Set<string> {
  const headings = [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((one) =>
      one
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

const { commands, common } = reference()
const byVerb = new Map(commands.map((command) => [command.verb, command]))
/** Of parts, those that only programs of the package use, too. */
const hidden = PARTS.flatMap(({ options }) => Object.keys(options).map((name) => `--${name}`))

/** What is wrong with a command line of ours, as it is written after `usher`; null when it is understood. */
function wrongWith(line: string): string | null {
  const words = (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).filter((word) => word !== '')
  let verb = ''
  for (const word of words.filter((one) => !one.startsWith('-'))) {
    const next = verb === '' ? word : `${verb} ${word}`
    if (!byVerb.has(next)) break
    verb = next
  }
  const flags = words
    .filter((word) => word.startsWith('--') && word !== '--')
    .map((word) => word.split('=')[0]!)
  const known = [...common, ...(byVerb.get(verb)?.options ?? [])].map(({ name }) => name)
  const standard = ['--help', '--version']
  const unknown = flags.find(
    (flag) => !known.includes(flag) && !standard.includes(flag) && !hidden.includes(flag),
  )
  if (unknown !== undefined) return `usher ${line}: there is no ${unknown}`
  const left = words.filter((word) => !word.startsWith('-'))[verb.split(' ').length]
  if (byVerb.get(verb)?.group === true && left !== undefined && /^[a-z]+$/.test(left)) {
    return `usher ${line}: there is no such command`
  }
  if (verb !== '' || words[0] === 'help' || flags.some((flag) => standard.includes(flag))) return null
  // In prose the verb may be left open: `usher VERB --help`.
  return words.length === 0 || /^[A-Z.…]/.test(words[0]!) ? null : `usher ${line}: there is no such command`
}

describe('commands', () => {
  it.each(PAGES)('in the blocks of %s are understood', (page) => {
    const lines = fences(page)
      .filter(({ language }) => language === 'sh' || language === '')
      .flatMap(({ language, body }) =>
        body
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => language === 'sh' || line.startsWith('$ '))
          .map((line) => line.replace(/^\$ /, '')),
      )
      .map((line) => line.replace(/\s#.*$/, ''))
    const used = lines.flatMap((line) =>
      [
        ...line.matchAll(
          /(?:^|[;&|] |sudo (?:-u \S+ )?|-- )(?:\.\/|\/usr\/bin\/)?usher((?: [^;&|<>]*)?)(?=$|[;&|<>])/g,
        ),
      ].map(([, rest = '']) => rest.trim()),
    )
    expect(used.map(wrongWith).filter((wrong) => wrong !== null)).toEqual([])
  })

  it.each(PAGES)('named in the text of %s are ones that there are', (page) => {
    const named = [...prose(page).matchAll(/`(?:sudo )?(?:\.\/)?usher ([^`]+)`/g)].map(
      ([, rest = '']) => rest,
    )
    expect(named.map(wrongWith).filter((wrong) => wrong !== null)).toEqual([])
  })

  it('are found at all', () => {
    expect(wrongWith('request aprove 7')).toBe('usher request aprove 7: there is no such command')
    expect(wrongWith('--json request approve 7 --digest x')).toBeNull()
    expect(wrongWith('requst show 7')).toBe('usher requst show 7: there is no such command')
    expect(wrongWith('run undo 3 --aprove')).toBe('usher run undo 3 --aprove: there is no --aprove')
  })
})

/** A block within a list stands further to the right. */
function dedented(body: string): string {
  const indent = /^ */.exec(body)?.[0] ?? ''
  return body
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n')
}

describe('configs', () => {
  const keys = new Set(allKeys(configFileSchema))
  const snippets = PAGES.flatMap((page) =>
    fences(page)
      .filter(({ language }) => language === 'yaml')
      .map(({ body }) => ({ page, yaml: dedented(body) })),
  ).filter(({ yaml }) => {
    const document = parse(yaml) as object | null
    return document !== null && Object.keys(document).some((key) => keys.has(key))
  })

  it('stand on several pages', () => {
    expect(snippets.length).toBeGreaterThan(2)
  })

  it.each(snippets)('that $page shows load: $yaml', ({ yaml }) => {
    expect(problemsOf(yaml)).toEqual([])
  })
})

describe('the pages by task', () => {
  it('are all named in docs/README.md', () => {
    const index = text('docs/README.md')
    expect(docs.filter((name) => name !== 'README.md' && !index.includes(`(${name})`))).toEqual([])
  })

  it('have something under each heading', () => {
    const empty = docs.flatMap((name) =>
      [
        ...text(`docs/${name}`)
          .replace(/^ *```\w*\n[\s\S]*?^ *```$/gm, 'x')
          .matchAll(/^(#+) (.+)\n+(?=(#+) |$(?![\s\S]))/gm),
      ]
        .filter(([, level = '', , next]) => next === undefined || next.length <= level.length)
        .map(([, , heading]) => `${name}: ${heading}`),
    )
    expect(empty).toEqual([])
  })
})
