import type { FindingView, ReconciliationView } from '../protocol/views.ts'
import { failureText } from './failures.ts'
import type { Line } from './line.ts'
import { plain } from './plain.ts'
import { missingText, requestStateText } from './requests.ts'
import type { Words } from './words.ts'

/** A finding in words, without whom it is about. Harmless in a terminal. */
export function findingText(words: Words, { code, params, failure }: FindingView): string {
  const finding = words.coded(`finding.${code}`, params)
  if (failure === undefined) return finding
  return words.say('finding_with_cause', { finding, cause: failureText(words, failure) })
}

/** A finding as a line, and below it what root can type. */
export function findingLines(words: Words, finding: FindingView, indent = 1): Line[] {
  const mark = finding.repairable ? 'will' : 'failed'
  const command = finding.by_hand === undefined ? null : plain(finding.by_hand, 500)
  const byHand: Line[] =
    command === null
      ? []
      : [{ mark: 'none', text: words.say('finding_by_hand', { command }), indent: indent + 1 }]
  return [{ mark, text: findingText(words, finding), indent }, ...byHand]
}

/** Whom a finding is about, for people. */
export function findingSubject(words: Words, { name, os_user, telegram_id }: FindingView): string {
  if (os_user === null && telegram_id === null) return words.say('finding_subject.host')
  const user = plain(os_user ?? '', 64)
  if (name === null || name === '') return user
  return words.say('finding_subject.person', { name: plain(name, 64), os_user: user })
}

/** Findings under whom each is about. */
export function findingsBySubject(words: Words, findings: readonly FindingView[]): Line[] {
  const bySubject = Map.groupBy(findings, (finding) => findingSubject(words, finding))
  return [...bySubject].flatMap(([subject, list]): Line[] => [
    { mark: 'none', text: subject },
    ...list.flatMap((finding) => findingLines(words, finding)),
  ])
}

/** What came of a reconciliation, in one line. */
export function reconciliationLine(words: Words, found: ReconciliationView): Line {
  const { id, people, why, outcome } = found
  const values = { ...(id === null ? {} : { id }), ...(why === null ? {} : { why }), people }
  return {
    mark: outcome === 'clean' ? 'done' : 'failed',
    text: words.coded(`reconciliation.${outcome}`, values),
  }
}

/** Who was left out because a request about them is under way. */
export function skippedLines(words: Words, { skipped }: ReconciliationView): Line[] {
  return skipped.map(({ name, os_user, request_id: request }): Line => {
    const values = { name: plain(name, 64), os_user, request }
    return { mark: 'info', text: words.say('reconciliation_skipped', values) }
  })
}

/** A reconciliation person by person, who was left out, and the repairs that it asked for. */
export function reconciliationLines(words: Words, found: ReconciliationView): Line[] {
  return [
    reconciliationLine(words, found),
    ...findingsBySubject(words, found.findings),
    ...skippedLines(words, found),
    ...found.requests.flatMap((request) => repairLines(words, request)),
  ]
}

function repairLines(words: Words, request: ReconciliationView['requests'][number]): Line[] {
  const { id, os_user, missing } = request
  const state = requestStateText(words, request.state)
  const values = { id, name: plain(request.name, 64), os_user, state }
  return [
    {
      mark: request.state === 'submitted' ? 'will' : 'info',
      text: words.say('reconciliation_repair', values),
    },
    ...missing.map((one): Line => ({ mark: 'will', text: missingText(words, one, id), indent: 1 })),
  ]
}
