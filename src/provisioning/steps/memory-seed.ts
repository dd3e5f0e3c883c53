import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import type { PasswdEntry } from '../../domain/facts.ts'
import type { Drift } from '../../domain/finding.ts'
import type { StepFailure, StepParams } from '../../domain/step.ts'
import type { Host } from '../host/host.ts'
import type { StepContext, StepImplementation, UndoOutcome } from '../step-kind.ts'
import { byDiskCause } from './parts/disk-cause.ts'
import { identityOfEntry, ownerOf } from './parts/person-account.ts'

/** A template goes to the owner's process as one argument; the kernel takes 128 KiB (execve(2), MAX_ARG_STRLEN). */
const CONTENT_LIMIT_BYTES = 100_000

/** `writes`: the file was absent when the run was about to write this content as this uid. */
type SeedRecord = { marker: string; uid: number; writes: boolean; hash: string }
type Params = StepParams['memory-seed']

/**
 * Constant; run as the folder's owner. The rename gives the file its name with its whole content, and only if nothing has
 * that name: mv(1) then leaves the temporary file where it is. Folder, name, unguessable temporary name and content
 * are operands.
 */
const WRITE_SCRIPT = `set -euC
umask 077
cd -- "$1"
if [ -e "$3" ]; then rm -f -- "$3"; fi
printf %s "$4" > "$3"
mv -nT -- "$3" "$2" || :
if [ -e "$3" ]; then
  rm -f -- "$3"
  echo "$2 is there already" >&2
  exit 1
fi
`
/** Constant; run as the folder's owner: folder and the names to remove are operands. */
const REMOVE_SCRIPT = `cd -- "$1" || exit
shift
rm -f -- "$@"
`

/** Writes the person's MEMORY.md from the approved template bytes when there is none. */
export const memorySeed: StepImplementation<'memory-seed', SeedRecord> = {
  kind: 'memory-seed',
  deadlineMs: 60_000,

  async check(host, { path, content }) {
    if (content === '') return { state: 'already', notes: [{ code: 'seed.none' }], drifts: [] }
    const fact = await host.files.stat(path)
    if (fact.kind === 'absent') {
      const drifts: Drift[] = [{ code: 'seed.missing', params: { path }, repairable: true }]
      return { state: 'differs', notes: [{ code: 'seed.write', params: { path } }], drifts }
    }
    if (fact.kind === 'file') {
      return { state: 'already', notes: [{ code: 'seed.exists', params: { path } }], drifts: [] }
    }
    const drifts: Drift[] = [{ code: 'seed.not_a_file', params: { path }, repairable: false }]
    return { state: 'blocked', failure: notAFile(path), drifts }
  },

  async apply(context, params, record) {
    const { host, run, journal } = context
    const { path, content } = params
    if (content === '') return { ok: true, notes: [{ code: 'seed.none' }] }
    if (Buffer.byteLength(content) > CONTENT_LIMIT_BYTES) {
      const why = `the template is longer than ${CONTENT_LIMIT_BYTES} bytes`
      return {
        ok: false,
        failure: { code: 'path_unsafe', params: { path, reason: 'too_large', why } },
        notes: [],
      }
    }
    const owner = await ownerOf(host, params.owner, params.osUser)
    if (!owner.ok) return { ok: false, failure: owner.failure, notes: [] }
    const { uid } = owner.entry
    const hash = hashOf(Buffer.from(content))
    const fact = await host.files.stat(path)
    if (fact.kind !== 'absent' && fact.kind !== 'file')
      return { ok: false, failure: notAFile(path), notes: [] }
    if (fact.kind === 'file') {
      const ours = record?.writes === true && (await isAsWritten(host, path, record))
      if (record === null) journal.commit({ marker: run.marker, uid, writes: false, hash })
      else if (ours) await remove(context, params, owner.entry, [temporaryName(record)])
      return { ok: true, notes: [{ code: ours ? 'seed.written' : 'seed.exists', params: { path } }] }
    }
    const intended: SeedRecord = { marker: run.marker, uid, writes: true, hash }
    journal.commit(intended)
    const operands = [dirname(path), basename(path), temporaryName(intended), content]
    const written = await host.programs.runAsPerson(
      identityOfEntry(owner.entry),
      ['/bin/sh', '-s', '--', ...operands],
      {
        stdin: WRITE_SCRIPT,
        signal: context.signal,
      },
    )
    if (!written.ok) {
      return { ok: false, failure: await byDiskCause(written.failure, dirname(path)), notes: [] }
    }
    return { ok: true, notes: [{ code: 'seed.written', params: { path } }] }
  },

  async undo(context, params, record) {
    const { host } = context
    const { path } = params
    if (record === null || !record.writes) return { state: 'undone', notes: [] }
    const kept: UndoOutcome = { state: 'kept', notes: [{ code: 'seed.kept', params: { path } }] }
    const fact = await host.files.stat(path)
    const asWritten = fact.kind !== 'absent' && (await isAsWritten(host, path, record))
    const owner = await ownerOf(host, params.owner, params.osUser)
    if (!owner.ok || owner.entry.uid !== record.uid) {
      // Nobody is left who could remove it; the folder's own undo keeps it.
      return fact.kind === 'absent' ? { state: 'undone', notes: [] } : kept
    }
    const temporary = temporaryName(record)
    const leftOver = (await host.files.stat(`${dirname(path)}/${temporary}`)).kind !== 'absent'
    const names = [...(asWritten ? [basename(path)] : []), ...(leftOver ? [temporary] : [])]
    if (names.length > 0) {
      let removed = await remove(context, params, owner.entry, names)
      // What failed for a moment does not have to end in the quarantine.
      if (!removed.ok) removed = await remove(context, params, owner.entry, names)
      // Who closed their own folder to themself keeps what is in it; the folder's own undo goes on from there.
      if (!removed.ok && removed.failure.code === 'program_failed') return kept
      if (!removed.ok) return { state: 'failed', failure: removed.failure, notes: [] }
    }
    if (asWritten) return { state: 'undone', notes: [{ code: 'seed.removed', params: { path } }] }
    if (fact.kind === 'absent') return { state: 'undone', notes: [] }
    return kept
  },

  async verify({ host }, { path, content }) {
    if (content === '' || (await host.files.stat(path)).kind === 'file') return { ok: true, notes: [] }
    return { ok: false, failure: notAFile(path), notes: [] }
  },
}

async function remove(
  { host, signal }: StepContext<SeedRecord>,
  { path }: Params,
  owner: PasswdEntry,
  names: string[],
) {
  const argv: [string, ...string[]] = ['/bin/sh', '-s', '--', dirname(path), ...names]
  return host.programs.runAsPerson(identityOfEntry(owner), argv, { stdin: REMOVE_SCRIPT, signal })
}

/** Whether the file says what the run wrote and belongs to whom it was written for. */
async function isAsWritten(host: Host, path: string, { uid, hash }: SeedRecord): Promise<boolean> {
  const read = await host.files.readUntrusted(path, CONTENT_LIMIT_BYTES)
  return read.ok && read.uid === uid && hashOf(read.bytes) === hash
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

function temporaryName({ marker }: SeedRecord): string {
  return `.usher-${marker}`
}

function notAFile(path: string): StepFailure {
  return { code: 'path_unsafe', params: { path, reason: 'not_a_file', why: 'it is not a regular file' } }
}
