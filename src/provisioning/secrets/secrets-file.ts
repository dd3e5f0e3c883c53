import { isMap, isScalar, parseAllDocuments, stringify } from 'yaml'
import type { StepFailure } from '../../domain/step.ts'
import type { FileOutcome, SafeFiles } from '../host/files/safe-files.ts'
import type { WithLock } from '../roster/roster-file.ts'

/** What the secrets file holds. Base32 (RFC 4648) and base64url as text. */
export interface SecretsDocument {
  /** Root's key for the codes of the witness; null until one is made. */
  rootKey: string | null
  /** Second factors by Telegram id: the one that counts, and one that was shown and not proven yet. */
  totp: ReadonlyMap<number, { secret: string | null; pending: string | null }>
}

/** The worker's own secrets: read whole and written whole, by nobody else. A file that is not there yet is an empty document. */
export interface SecretsFile {
  /** One that others can read, or that says something else than it should, is a failure, never an empty document. */
  read(): Promise<FileOutcome<{ document: SecretsDocument }>>
  /** Reads it under the lock and replaces it atomically by what `change` makes of it; `null`: nothing to write. */
  edit(change: (document: SecretsDocument) => SecretsDocument | null): Promise<FileOutcome>
}

const LIMIT_BYTES = 1024 * 1024
const HEADER = '# Secrets of the worker, which writes this file itself. Nobody else may read it (0600).\n'
const EMPTY: SecretsDocument = { rootKey: null, totp: new Map() }

/** `owners`: who may own the file: root, and in single-user mode the caller. */
export function createSecretsFile(
  files: Pick<SafeFiles, 'readTrusted' | 'replaceTrusted' | 'discardReplacement'>,
  withLock: WithLock,
  path: string,
  owners: number[],
): SecretsFile {
  let queue: Promise<unknown> = Promise.resolve()

  async function read() {
    const file = await files.readTrusted(path, { maxBytes: LIMIT_BYTES, allowedOwners: owners })
    if (!file.ok) {
      // Also where its folder is not there yet, as in single-user mode before the first start.
      return file.failure.params?.['reason'] === 'missing'
        ? { ok: true as const, document: EMPTY, identity: null }
        : file
    }
    if ((file.mode & 0o077) !== 0) return unusable(path, 'others can read it; set its mode to 0600')
    const document = parseSecrets(file.text)
    if (typeof document === 'string') return unusable(path, document)
    return { ok: true as const, document, identity: file.identity }
  }

  return {
    read,
    edit(change) {
      const result = queue.then(() =>
        withLock(async () => {
          const discarded = await files.discardReplacement(path)
          if (!discarded.ok) return discarded
          const found = await read()
          if (!found.ok) return found
          const changed = change(found.document)
          if (changed === null) return { ok: true }
          return files.replaceTrusted(path, found.identity, secretsText(changed))
        }),
      )
      queue = result.catch(() => {})
      return result
    },
  }
}

/** The file's text for this document. */
function secretsText({ rootKey, totp }: SecretsDocument): string {
  const factors = [...totp].sort(([a], [b]) => a - b)
  const document = {
    ...(rootKey === null ? {} : { root_key: rootKey }),
    ...(factors.length === 0
      ? {}
      : {
          totp: Object.fromEntries(
            factors.map(([telegramId, { secret, pending }]) => [
              `id${telegramId}`,
              { ...(secret === null ? {} : { secret }), ...(pending === null ? {} : { pending }) },
            ]),
          ),
        }),
  }
  return Object.keys(document).length === 0 ? HEADER : `${HEADER}${stringify(document)}`
}

/** The document that a text says, or why it says none. */
function parseSecrets(text: string): SecretsDocument | string {
  const documents = parseAllDocuments(text, { strict: true, uniqueKeys: true })
  const [first, ...more] = 'empty' in documents ? [] : documents
  if (more.length > 0) return 'it has more than one document'
  if (first === undefined || first.contents === null) return EMPTY
  const [error] = [...first.errors, ...first.warnings]
  // Its message quotes the text, and the text is secret.
  if (error !== undefined) return `it is no YAML (${error.code})`
  const top = entriesOf(first.contents)
  if (top === null) return 'it is not a mapping'
  let rootKey: string | null = null
  let totp: SecretsDocument['totp'] = new Map()
  for (const [key, value] of top) {
    if (key === 'root_key' && isScalar(value) && /^[\w-]{43}$/.test(String(value.value))) {
      rootKey = String(value.value)
    } else if (key === 'totp') {
      const factors = parseFactors(value)
      if (factors === null) return 'its key totp has an entry that is no second factor'
      totp = factors
    } else {
      return 'it has a key that this version does not know, or one whose value cannot be used'
    }
  }
  return { rootKey, totp }
}

function parseFactors(node: unknown): SecretsDocument['totp'] | null {
  const factors = new Map<number, { secret: string | null; pending: string | null }>()
  for (const [name, factor] of entriesOf(node) ?? [['', null]]) {
    const telegramId = /^id([1-9][0-9]{0,15})$/.exec(name)?.[1]
    const parts = new Map(
      entriesOf(factor)?.map(([part, text]) => [part, isScalar(text) ? text.value : null]),
    )
    const isWhole = [...parts].every(
      ([part, text]) => ['secret', 'pending'].includes(part) && /^[A-Z2-7]{32}$/.test(String(text)),
    )
    if (telegramId === undefined || parts.size === 0 || !isWhole) return null
    const of = (part: string) => (parts.has(part) ? String(parts.get(part)) : null)
    factors.set(Number(telegramId), { secret: of('secret'), pending: of('pending') })
  }
  return factors
}

function entriesOf(node: unknown): [string, unknown][] | null {
  if (!isMap(node)) return null
  return node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', value])
}

function unusable(path: string, why: string): { ok: false; failure: StepFailure } {
  return { ok: false, failure: { code: 'path_unsafe', params: { path, why } } }
}
