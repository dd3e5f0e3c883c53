import type { Note, NoteCode } from '../domain/step.ts'
import { durationText, timeText } from './duration.ts'
import { fieldLabel } from './fields.ts'
import type { Line } from './line.ts'
import { type Params, paramsOf } from './params.ts'

interface Words {
  mark: Line['mark']
  say: (params: Params) => string
}
const will = (say: Words['say']): Words => ({ mark: 'will', say })
const already = (say: Words['say']): Words => ({ mark: 'already', say })
const done = (say: Words['say']): Words => ({ mark: 'done', say })
const undone = (say: Words['say']): Words => ({ mark: 'undone', say })
const kept = (say: Words['say']): Words => ({ mark: 'kept', say })
const info = (say: Words['say']): Words => ({ mark: 'info', say })

const uid = (p: Params) => (p.has('uid') ? ` (uid ${p.text('uid')})` : '')
const mode = (p: Params) => (p.has('mode') ? `, mode ${modeText(p)}` : '')
const starter = (p: Params) =>
  p.has('telegram_id') ? `Telegram id ${p.text('telegram_id')}` : 'their Telegram id'
const took = (p: Params) => {
  const ms = p.number('ms')
  return ms === null ? '' : ` (${durationText(ms)})`
}

const WORDS: Record<NoteCode, Words> = {
  'account.create': will(
    (p) =>
      `create the account ${p.text('os_user')} with home ${p.text('home')} and shell ${p.text('shell')}; locked and expired until the proof`,
  ),
  'account.created': done(
    (p) => `created the account ${p.text('os_user')}${uid(p)} with home ${p.text('home')}`,
  ),
  'account.adopt': already((p) => `take the existing account ${p.text('os_user')}${uid(p)} as it is`),
  'account.adopted': already((p) => `took the existing account ${p.text('os_user')}${uid(p)} as it is`),
  'account.power.groups': info((p) => `the account is in the groups ${p.text('groups')}`),
  'account.power.sudo': info((p) => `the account has sudo rules: ${p.text('rules')}`),
  'account.power.linger': info(() => 'the account keeps services running while logged out (linger)'),
  'account.power.keys': info((p) => `the account has ${count(p, 'authorized SSH key')}`),
  'account.last_login': info((p) => `the account logged in last at ${time(p, 'at')}`),
  'account.removed': undone((p) => `removed the account ${p.text('os_user')}${uid(p)}`),
  'account.processes_ended': undone((p) => `ended ${count(p, 'process', 'processes')} of the account`),
  'account.home_removed': undone((p) => `removed the home ${p.text('home')}`),
  'account.home_quarantined': kept(
    (p) => `kept what was made in the home ${p.text('home')}: it is at ${p.text('path')} for root to look at`,
  ),
  'account.left': kept(
    (p) =>
      `the account ${p.text('os_user')} stays as it is, with its files and groups, and is nobody's on the roster any more`,
  ),
  'account.leftovers_kept': kept(
    (p) =>
      `left ${count(p, 'folder')} of the account in place, because others put something into it or something is mounted there: ${p.text('paths')}`,
  ),
  'account.kept_not_ours': kept(
    (p) => `left the account ${p.text('os_user')} alone: it is no longer the one that this run made`,
  ),
  'groups.add': will((p) => `add to the groups ${p.text('groups')}`),
  'groups.added': done((p) => `added to the groups ${p.text('groups')}`),
  'groups.member': already((p) =>
    p.has('groups') ? `already in the groups ${p.text('groups')}` : 'no group to add',
  ),
  'groups.never_stripped': kept(
    (p) =>
      `stays in the groups ${p.text('groups')}${p.has('role') ? ` of the role ${p.text('role')}` : ''}: a group is never taken away; root does that by hand`,
  ),
  'groups.left': undone((p) => `took out of the groups ${p.text('groups')}`),
  'dir.make': will((p) => `make the folder ${p.text('path')}, owner ${p.text('owner')}${mode(p)}`),
  'dir.made': done((p) => `made the folder ${p.text('path')}`),
  'dir.exists': already((p) => `the folder ${p.text('path')} is there already`),
  'dir.removed': undone((p) => `removed the folder ${p.text('path')}`),
  'dir.quarantined': kept(
    (p) => `kept what was in the folder ${p.text('path')}: it is at ${p.text('kept_at')} for root to look at`,
  ),
  'dir.left': kept((p) => `the folder ${p.text('path')} stays as it is: what is in it is moved by hand`),
  'dir.kept': kept((p) => `left the folder ${p.text('path')} alone: it is no longer as this run left it`),
  'seed.write': will((p) => `write the first memory ${p.text('path')} from the template`),
  'seed.written': done((p) => `wrote the first memory ${p.text('path')}`),
  'seed.exists': already((p) => `the memory ${p.text('path')} is there already`),
  'seed.removed': undone((p) => `removed the first memory ${p.text('path')}`),
  'seed.kept': kept((p) => `left the memory ${p.text('path')} alone: it was changed since`),
  'seed.none': already(() => 'no memory template is configured'),
  'smoke.will_prove': will(
    () =>
      'prove that the account is isolated from others in both directions, and that its folders and the agent work as that person',
  ),
  'smoke.isolation_proven': done(
    (p) =>
      `isolation proven in both directions${p.has('paths') ? ` (${p.number('paths') === null ? p.text('paths') : count(p, 'path', 'paths', 'paths')})` : ''}`,
  ),
  'smoke.isolation_not_applicable': info(() => 'isolation not applicable: one user'),
  'smoke.root_equivalent': info(
    (p) => `nobody is isolated from ${p.text('os_user')}, who can become root (${p.text('why')})`,
  ),
  'smoke.folders_proven': done((p) => `wrote, read back and removed a file in ${count(p, 'folder')}`),
  'smoke.agent_ran': done((p) => `ran the agent command${p.after('command')}${took(p)}`),
  'smoke.via_proven': done((p) => `the service account ${p.text('user')} can become this person`),
  'smoke.agent_left_files': kept(
    (p) =>
      `the agent command left ${count(p, 'new entry', 'new entries')} in ${p.text('home', 'the home')}${p.has('names') ? `: ${p.text('names')}` : ''}`,
  ),
  'activation.lift': will(() => 'activate the account: lift its expiry'),
  'activation.lift_on_start': will(
    (p) =>
      `activate the account once ${starter(p)} has pressed Start at the bot; until then it stays expired, because the id was not proven that way`,
  ),
  'activation.waits_for_start': will(
    (p) => `the account is not active yet: it becomes active when ${starter(p)} presses Start at the bot`,
  ),
  'activation.kept': kept(
    (p) => `left the account${p.after('os_user')} as it is: its expiry was changed by hand while it waited`,
  ),
  'activation.lifted': done(() => 'activated the account'),
  'activation.not_needed': already(() => 'the account is active already'),
  'activation.expired_again': undone(() => 'took access away again: the account is expired'),
  'roster.append': will((p) => `add to the roster${p.has('role') ? ` with the role ${p.text('role')}` : ''}`),
  'roster.appended': done(
    (p) => `added to the roster${p.has('role') ? ` with the role ${p.text('role')}` : ''}`,
  ),
  'roster.present': already(() => 'on the roster already'),
  'roster.record': already(
    () => 'take over the entry as it stands in the roster, where it was written by hand',
  ),
  'roster.removed': undone(() => 'took the entry out of the roster'),
  'roster.kept': kept(() => 'left the roster entry alone: it was changed by hand since'),
  'roster.change': will((p) => `change in the roster: ${fieldLabels(p)}`),
  'roster.changed': done((p) => `changed in the roster: ${fieldLabels(p)}`),
  'roster.restored': undone(() => 'put the roster entry back as it was, byte for byte'),
  'service.restart': will((p) => `restart ${p.text('unit')} and wait until it is active`),
  'service.reload': will((p) => `reload ${p.text('unit')} and wait until it is active`),
  'service.remind': info((p) => `to do by hand: restart ${p.text('unit')}, so that it knows this person`),
  'service.none': already(() => 'no service is configured'),
  'service.active': done((p) => `${p.text('unit')} is active${took(p)}`),
  'service.settled': undone((p) => `restarted ${p.text('unit')} once after the undo`),
  'undo.will_undo': will((p) => `undo the step ${p.text('kind')} from its record`),
}

/** A note in words. Harmless in a terminal. */
export function noteText(note: Note): string {
  return WORDS[note.code].say(paramsOf(note.params))
}

/** Whether a note tells what will be, is so already, was done, undone or kept, or only informs. */
export function noteMark(code: NoteCode): Line['mark'] {
  return WORDS[code].mark
}

/** A note as a line under its step. */
export function noteLine(note: Note, indent = 1): Line {
  return { mark: noteMark(note.code), text: noteText(note), indent }
}

function fieldLabels(p: Params): string {
  return p
    .text('fields', 'the entry')
    .split(', ')
    .map((field) => fieldLabel(field))
    .join(', ')
}

function count(p: Params, one: string, many = `${one}s`, name = 'count'): string {
  const value = p.number(name)
  return value === 1 ? `1 ${one}` : `${value ?? 'some'} ${many}`
}

function time(p: Params, name: string): string {
  const at = p.number(name)
  return at === null ? p.text(name, 'an unknown time') : timeText(at)
}

/** Modes come as text ("0700") or as a number (448): people read octal. */
function modeText(p: Params): string {
  const text = p.text('mode')
  return text.startsWith('0') ? text : (p.number('mode')?.toString(8).padStart(4, '0') ?? text)
}
