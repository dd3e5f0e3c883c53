import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { readTrusted } from '../config/trusted-file.ts'

/** What an installation lies in, below the root of the file system. */
export const PROGRAM_FOLDER = '/opt/usher'
/** What the installation made; read by `usher doctor` and by every later install, switch and removal. */
export const RECORD_FILE = `${PROGRAM_FOLDER}/installed.json`
/** The journal of an installation under way. */
export const JOURNAL_FILE = `${PROGRAM_FOLDER}/installing.json`
/** The version in use: a symbolic link to a folder beside it. */
export const CURRENT_LINK = `${PROGRAM_FOLDER}/current`

/** Which removal takes something away: every one, `--purge`, or only `--purge --purge-data`. */
const goesSchema = z.enum(['uninstall', 'purge', 'purge-data'])

export type Goes = z.infer<typeof goesSchema>

const path = z.string().startsWith('/')
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const ownership = z.strictObject({ uid: z.int(), gid: z.int(), mode: z.int() })

/**
 * One thing that an installation made. Taking it back needs nothing but this, is safe to repeat, and is safe when it was
 * written down and never made.
 */
const madeSchema = z.discriminatedUnion('kind', [
  /** A folder that was not there. */
  z.strictObject({
    kind: z.literal('folder'),
    path,
    goes: goesSchema,
    /** Whether what is in it is Usher's too and goes with it; else it goes only when it is empty. */
    contents: z.boolean(),
  }),
  /** A file that was not there. `sha256` is null where its contents are the operator's from then on. */
  z.strictObject({ kind: z.literal('file'), path, sha256: sha256.nullable(), goes: goesSchema }),
  /** A file of ours that another version's took the place of; `backup` has the older until the installation is complete. */
  z.strictObject({ kind: z.literal('replaced'), path, sha256, backup: path }),
  /** A file of ours that this version does not have any more; `backup` has it until the installation is complete. */
  z.strictObject({ kind: z.literal('dropped'), path, backup: path }),
  /** A symbolic link that was not there. */
  z.strictObject({ kind: z.literal('link'), path, target: z.string(), goes: goesSchema }),
  /** A file of ours that somebody had edited, put aside so that ours could take its place. */
  z.strictObject({ kind: z.literal('put-aside'), path, to: path }),
  /** A folder or file that was there and got another owner or mode. */
  z.strictObject({ kind: z.literal('adjusted'), path, before: ownership }),
  /** A version's tree in /opt/usher: what its manifest names, and `version` as folder. */
  z.strictObject({ kind: z.literal('tree'), path, manifest: sha256 }),
  /** A system account; with a group of its own where that was not there either. */
  z.strictObject({ kind: z.literal('account'), name: z.string(), group: z.boolean() }),
  /** A unit that is started with the machine. */
  z.strictObject({ kind: z.literal('enabled'), unit: z.string() }),
  /** The link of the version in use, and what it named before. */
  z.strictObject({ kind: z.literal('current'), path, before: z.string().nullable() }),
])

export type Made = z.infer<typeof madeSchema>
export type MadeOf<Kind extends Made['kind']> = Extract<Made, { kind: Kind }>

const recordSchema = z.strictObject({
  format: z.literal(1),
  /** Unguessable; the journal of the same installation has it too. */
  id: z.string(),
  by: z.enum(['install', 'package']),
  /** The version in use; null once it was uninstalled and only what was kept is left. */
  version: z.string().nullable(),
  at: z.iso.datetime(),
  /** In the order in which it was made. */
  made: z.array(madeSchema),
})
export type InstallRecord = z.infer<typeof recordSchema>

const journalSchema = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  /** The version that is being installed. */
  version: z.string(),
  at: z.iso.datetime(),
  pid: z.int(),
  /** What was about to be made or was made; the last one perhaps not. */
  made: z.array(madeSchema),
})
export type Journal = z.infer<typeof journalSchema>

export type Read<T> = { ok: true; value: T | null } | { ok: false; message: string }

/** What is installed; null where nothing is. `root` is a folder that stands for `/` (tests, images), `owner` who may write it. */
export function readRecord(root = '', owner = 0): Read<InstallRecord> {
  return readJson(`${root}${RECORD_FILE}`, recordSchema, owner)
}

/** The journal that an interrupted installation left; null where there is none. */
export function readJournal(root = '', owner = 0): Read<Journal> {
  return readJson(`${root}${JOURNAL_FILE}`, journalSchema, owner)
}

/** Replaces the record, whole or not at all. Throws what the file system says. */
export function writeRecord(record: InstallRecord, root = ''): void {
  writeWhole(`${root}${RECORD_FILE}`, `${JSON.stringify(record, null, 2)}\n`)
}

/** `folder`: where the journal's folder stands until it gets its name. */
export function writeJournal(journal: Journal, root = '', folder = `${root}${PROGRAM_FOLDER}`): void {
  writeWhole(`${folder}/${basename(JOURNAL_FILE)}`, `${JSON.stringify(journal, null, 2)}\n`)
}

/** Reads a small file of ours; null where it is absent. */
export function readJson<T>(file: string, schema: z.ZodType<T>, owner: number): Read<T> {
  const read = readTrusted(file, { owners: [owner], parents: owner === 0, maxBytes: 4 * 1024 * 1024 })
  if (!read.ok) return read.reason === 'absent' ? { ok: true, value: null } : read
  try {
    return { ok: true, value: schema.parse(JSON.parse(read.text)) }
  } catch {
    const message = `cannot use ${file}: it is not what an installation writes; put it back from a backup, or move it away`
    return { ok: false, message }
  }
}

/** Under another name first, so that nobody ever sees half of it. */
export function writeWhole(file: string, contents: string | Buffer): void {
  const temporary = `${file}.new`
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants
  try {
    const descriptor = openSync(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o644)
    try {
      const bytes = typeof contents === 'string' ? Buffer.from(contents) : contents
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done)
      fchmodSync(descriptor, 0o644)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, file)
  } catch (error) {
    try {
      unlinkSync(temporary)
    } catch {
      // It was not made.
    }
    throw error
  }
  syncFolder(dirname(file))
}

/** Makes a rename or a removal in this folder last. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
