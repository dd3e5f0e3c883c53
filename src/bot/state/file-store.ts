import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Small JSON documents, each a file under one folder. A write is atomic and durable: temporary file in the same folder,
 * fsync, rename, fsync of the folder; a reader sees the old or the new document, whatever kills the process.
 *
 * INVARIANT: writes of one name happen in the order of their calls. Names are ours (`cards/12`), never text from outside.
 */
export interface FileStore {
  /** Undefined when there is none. A file that is no JSON is put aside and counts as none. */
  read(name: string): Promise<unknown>
  write(name: string, document: unknown): Promise<void>
  remove(name: string): Promise<void>
  /** The names directly in a folder, in no order. */
  list(folder: string): Promise<string[]>
}

export interface FileStoreEvents {
  /** A document that could not be parsed was put aside under `keptAs`. */
  onUnreadable?: (name: string, keptAs: string) => void
}

/** @param folder is made with mode 0700 when absent; files get 0600 */
export function createFileStore(folder: string, events: FileStoreEvents = {}): FileStore {
  const tails = new Map<string, Promise<void>>()
  const pathOf = (name: string) => join(folder, `${name}.json`)

  const inOrder = (name: string, act: () => Promise<void>): Promise<void> => {
    const done = (tails.get(name) ?? Promise.resolve()).then(act, act)
    const settled = done.catch(() => undefined)
    tails.set(name, settled)
    void settled.then(() => {
      if (tails.get(name) === settled) tails.delete(name)
    })
    return done
  }

  return {
    async read(name) {
      await tails.get(name)
      let text: string
      try {
        text = await readFile(pathOf(name), 'utf8')
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        throw new Error(`cannot read the bot's state ${pathOf(name)}: ${codeOf(error)}`, { cause: error })
      }
      try {
        return JSON.parse(text) as unknown
      } catch {
        const keptAs = `${pathOf(name)}.unreadable-${Date.now()}`
        await rename(pathOf(name), keptAs)
        events.onUnreadable?.(name, keptAs)
        return undefined
      }
    },
    write: (name, document) => inOrder(name, () => writeDurably(pathOf(name), JSON.stringify(document))),
    remove: (name) =>
      inOrder(name, async () => {
        try {
          await unlink(pathOf(name))
        } catch (error) {
          if (codeOf(error) !== 'ENOENT') throw error
        }
      }),
    async list(inside) {
      try {
        const entries = await readdir(join(folder, inside))
        return entries
          .filter((entry) => entry.endsWith('.json') && !entry.startsWith('.'))
          .map((entry) => entry.slice(0, -'.json'.length))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return []
        throw error
      }
    },
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${randomBytes(8).toString('hex')}.tmp`)
  const opened = await openNew(temporary)
  try {
    await opened.writeFile(text)
    await opened.sync()
  } finally {
    await opened.close()
  }
  await rename(temporary, path)
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function openNew(path: string) {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    return open(path, 'wx', 0o600)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
