import type { Note, NoteCode } from '../domain/step.ts'
import { durationText, timeText } from './duration.ts'
import { fieldLabels } from './fields.ts'
import type { Line } from './line.ts'
import { stepTitle } from './steps.ts'
import type { Params, Values, Words } from './words.ts'

const MARKS: Record<NoteCode, Line['mark']> = {
  'account.create': 'will',
  'account.created': 'done',
  'account.adopt': 'already',
  'account.adopted': 'already',
  'account.power.groups': 'info',
  'account.power.sudo': 'info',
  'account.power.linger': 'info',
  'account.power.keys': 'info',
  'account.last_login': 'info',
  'account.removed': 'undone',
  'account.processes_ended': 'undone',
  'account.home_removed': 'undone',
  'account.home_quarantined': 'kept',
  'account.left': 'kept',
  'account.leftovers_kept': 'kept',
  'account.kept_not_ours': 'kept',
  'groups.add': 'will',
  'groups.added': 'done',
  'groups.member': 'already',
  'groups.left': 'undone',
  'groups.never_stripped': 'kept',
  'dir.make': 'will',
  'dir.made': 'done',
  'dir.exists': 'already',
  'dir.removed': 'undone',
  'dir.quarantined': 'kept',
  'dir.kept': 'kept',
  'dir.left': 'kept',
  'seed.write': 'will',
  'seed.written': 'done',
  'seed.exists': 'already',
  'seed.removed': 'undone',
  'seed.kept': 'kept',
  'seed.none': 'already',
  'smoke.will_prove': 'will',
  'smoke.isolation_proven': 'done',
  'smoke.isolation_not_applicable': 'info',
  'smoke.root_equivalent': 'info',
  'smoke.folders_proven': 'done',
  'smoke.agent_ran': 'done',
  'smoke.via_proven': 'done',
  'smoke.agent_left_files': 'kept',
  'activation.lift': 'will',
  'activation.lift_on_start': 'will',
  'activation.waits_for_start': 'will',
  'activation.kept': 'kept',
  'activation.lifted': 'done',
  'activation.not_needed': 'already',
  'activation.expired_again': 'undone',
  'roster.append': 'will',
  'roster.appended': 'done',
  'roster.present': 'already',
  'roster.record': 'already',
  'roster.removed': 'undone',
  'roster.kept': 'kept',
  'roster.change': 'will',
  'roster.changed': 'done',
  'roster.restored': 'undone',
  'service.restart': 'will',
  'service.reload': 'will',
  'service.remind': 'info',
  'service.none': 'already',
  'service.active': 'done',
  'service.settled': 'undone',
  'undo.will_undo': 'will',
}

/** A note in words. Harmless in a terminal. */
export function noteText(words: Words, { code, params = {} }: Note): string {
  return words.coded(`note.${code}`, params, inWords(words, params))
}

/** Whether a note tells what will be, is so already, was done, undone or kept, or only informs. */
export function noteMark(code: NoteCode): Line['mark'] {
  return MARKS[code]
}

/** A note as a line under its step. */
export function noteLine(words: Words, note: Note, indent = 1): Line {
  return { mark: noteMark(note.code), text: noteText(words, note), indent }
}

/** What is not shown as it came: times, durations, modes, kinds of steps, fields of an entry. */
function inWords(words: Words, { ms, at, mode, kind, fields, groups }: Params): Values {
  return {
    ...(groups === undefined ? {} : { group_count: String(groups).split(', ').length }),
    ...(typeof ms === 'number' ? { ms: durationText(words, ms) } : {}),
    ...(typeof at === 'number' ? { at: timeText(words, at) } : {}),
    // People read octal.
    ...(typeof mode === 'number' ? { mode: mode.toString(8).padStart(4, '0') } : {}),
    ...(fields === undefined ? {} : { fields: fieldLabels(words, String(fields).split(', ')) }),
    ...(kind === undefined ? {} : { step: stepTitle(words, String(kind)) }),
  }
}
