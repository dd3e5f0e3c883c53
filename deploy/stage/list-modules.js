/**
 * Run on the staged runtime: loads everything that the program consists of and writes down the file of each module, of its
 * dependencies too, one a line. Fails where one is missing.   list-modules.js TREE LIST
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const [tree, list] = process.argv.slice(2)
const found = new Set()
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    if (/^file:.*\.[cm]?js$/.test(resolved.url)) found.add(fileURLToPath(resolved.url))
    return resolved
  },
})
const files = ['conversations', 'src']
  .flatMap((folder) => readdirSync(join(tree, folder), { recursive: true }).map((name) => join(folder, name)))
  // The first one is loaded before any cache is on; the second one runs a verb, and is left to the end.
  .filter((file) => file.endsWith('.js') && file !== 'src/launch.js' && file !== 'src/main.js')
  .sort()
for (const file of files) await import(pathToFileURL(join(tree, file)))
process.argv = [process.execPath, 'usher', '--version']
await import(pathToFileURL(join(tree, 'src/main.js')))
writeFileSync(list, [...found].sort().join('\n'))
