/** Made text within a page that people write: between these two lines. */
const BLOCK = /^<!-- made: (.+?) -->\n[\s\S]*?^<!-- end -->$/gm

/**
 * A page with each of its made blocks renewed; everything else stays as it is.
 *
 * @param make what the block of this name says; null for a name that there is not
 */
export function renewed(page: string, make: (name: string) => string | null): string {
  return page.replace(BLOCK, (_, name: string) => {
    const text = make(name)
    if (text === null) throw new Error(`cannot make the block '${name}': there is no such thing`)
    return `<!-- made: ${name} -->\n${text.trim()}\n<!-- end -->`
  })
}

/** The names of its made blocks, in order. */
export function blocksOf(page: string): string[] {
  return [...page.matchAll(BLOCK)].map(([, name]) => name ?? '')
}

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

/** Text in a cell, where a bar would end it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
