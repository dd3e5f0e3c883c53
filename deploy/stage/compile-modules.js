/**
 * Run on the staged runtime: compiles modules without running them, and has Node write down what it compiled.
 *
 *   compile-modules.js CACHE FILE...
 *
 * Whatever a module asks for is an empty one, so it ends before it begins: what a run leaves in memory would show in the bytes.
 */
import { enableCompileCache, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const [cache, ...files] = process.argv.slice(2)
const urls = new Set(files.map((file) => String(pathToFileURL(file))))
const { directory, message } = enableCompileCache({ directory: cache, portable: true })
if (directory === undefined) throw new Error(`cannot keep compiled code: ${message}`)
registerHooks({
  resolve: (specifier, context, next) =>
    urls.has(specifier) ? next(specifier, context) : { url: 'data:text/javascript,', shortCircuit: true },
})
for (const url of urls) {
  try {
    await import(url)
  } catch {
    // It did not find what it asked for.
  }
}
