import fs from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Injector } from './injector.ts'

/** Functions of `node:fs` that only look, or change nothing but this process. Every other one is an effect. */
const LOOKING = new Set([
  ...['access', 'exists', 'fstat', 'lstat', 'stat', 'statfs', 'opendir', 'readdir', 'readlink', 'realpath'],
  ...['read', 'readv', 'readFile', 'close', 'watch', 'watchFile', 'unwatchFile', 'createReadStream'],
  ...['glob', 'openAsBlob', 'toUnixTimestamp'],
])
/** Of a `FileHandle`. */
const LOOKING_HANDLE = new Set([
  ...['stat', 'read', 'readv', 'readFile', 'readLines', 'readableWebStream', 'createReadStream', 'close'],
  ...['getAsyncId', 'constructor', 'releaseFD', 'pull', 'pullSync', 'onread'],
])

const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants

type Anything = (...args: unknown[]) => unknown
type Functions = Record<string, Anything>

/**
 * Makes every function of `node:fs` and `node:fs/promises` that changes something an effect, whoever calls it, and whether it
 * was imported before or after. A way that the injector does not know (a callback) is an error, never a hole.
 */
export async function interceptFiles(injector: Injector): Promise<void> {
  const sync = fs as unknown as Functions
  for (const name of functionsOf(sync)) {
    if (name === 'openSync') replace(sync, name, throughOpen(injector, sync[name]!, 'call'))
    else if (name.endsWith('Sync')) {
      if (!LOOKING.has(name.slice(0, -4)))
        replace(sync, name, throughCall(injector, name.slice(0, -4), sync[name]!))
    } else if (/^[a-z]/.test(name) && !LOOKING.has(name)) replace(sync, name, refusing(name, sync[name]!))
  }
  const promises = fs.promises as unknown as Functions
  for (const name of functionsOf(promises)) {
    if (name === 'open') replace(promises, name, throughOpen(injector, promises[name]!, 'promise'))
    else if (!LOOKING.has(name)) replace(promises, name, throughPromise(injector, name, promises[name]!))
  }
  const handle = await open('/dev/null')
  const prototype = Object.getPrototypeOf(handle) as Functions & FileHandle
  await handle.close()
  for (const name of functionsOf(prototype)) {
    if (!LOOKING_HANDLE.has(name))
      replace(prototype, name, throughPromise(injector, `f${name}`, prototype[name]!))
  }
}

/** The functions that an object of this Node offers, without its getters. */
export function functionsOf(object: object): string[] {
  return Object.getOwnPropertyNames(object).filter((name) => {
    const value: unknown = Object.getOwnPropertyDescriptor(object, name)?.value
    return typeof value === 'function' && !/^_|^[A-Z]/.test(name)
  })
}

/** Node's own tools beside a function (`util.promisify`) go with it. */
function replace(object: Functions, name: string, by: Anything): void {
  Object.defineProperties(by, Object.getOwnPropertyDescriptors(object[name]))
  object[name] = by
}

function throughCall(injector: Injector, what: string, original: Anything): Anything {
  return function (this: unknown, ...args) {
    const perform = () => Reflect.apply(original, this, args)
    // What is said on standard output and to the suite is no change of the host.
    if (/^(write|fsync|fdatasync)/.test(what) && typeof args[0] === 'number' && args[0] <= 3) return perform()
    return injector.pass({
      form: 'call',
      what,
      perform,
      fail() {
        throw inputOutputError(what)
      },
    })
  }
}

function throughPromise(injector: Injector, what: string, original: Anything): Anything {
  return function (this: unknown, ...args) {
    return injector.pass<unknown>(promised(injector, what, () => Reflect.apply(original, this, args)))
  }
}

function throughOpen(injector: Injector, original: Anything, form: 'call' | 'promise'): Anything {
  const through =
    form === 'call' ? throughCall(injector, 'open', original) : throughPromise(injector, 'open', original)
  return function (this: unknown, ...args) {
    return Reflect.apply(isForWriting(args[1]) ? through : original, this, args)
  }
}

function isForWriting(flags: unknown): boolean {
  if (typeof flags === 'string') return !/^r(s|sr)?$/.test(flags)
  return typeof flags === 'number' && (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)) !== 0
}

function promised(injector: Injector, what: string, perform: () => unknown) {
  return {
    form: 'promise' as const,
    what,
    perform,
    fail: () => Promise.reject(inputOutputError(what)),
    hang: () => new Promise(() => {}),
    killAfter: () => Promise.resolve(perform()).finally(() => injector.die()),
  }
}

function refusing(name: string, original: Anything): Anything {
  return function (this: unknown, ...args) {
    // The streams of this process itself.
    if (typeof args[0] === 'number' && args[0] <= 3) return Reflect.apply(original, this, args)
    throw new Error(`the fault injector does not know fs.${name}; teach it before using it`)
  }
}

function inputOutputError(syscall: string): NodeJS.ErrnoException {
  const error = new Error(`EIO: i/o error, ${syscall} (injected)`)
  return Object.assign(error, { code: 'EIO', errno: -5, syscall })
}
