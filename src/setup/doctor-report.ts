import { styleText } from 'node:util'
import { jsonDocument, refusalDocument } from '../protocol/json-document.ts'
import { plain } from '../texts/plain.ts'
import type { Finding } from './finding.ts'

export interface ReportOptions {
  /** One JSON document instead of text. */
  json: boolean
  colours: boolean
}

/**
 * What `usher doctor` prints: every finding and a line that sums up. As JSON: `ok` (no problem), `summary` (how many of each
 * severity) and `findings`; with a problem the `error` as well that every refusal has.
 */
export function report(findings: readonly Finding[], { json, colours }: ReportOptions): string {
  const problems = findings.filter(({ severity }) => severity === 'problem')
  if (!json) {
    const texts = findings.map((finding) => asText(finding, colours))
    return `${texts.join('')}\n${summary(findings)}\n`
  }
  const count = (severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length
  const all = { summary: { problem: count('problem'), note: count('note'), ok: count('ok') }, findings }
  if (problems.length === 0) return jsonDocument({ ok: true, ...all })
  const violations = problems.map(({ subject, code, what }) => ({ field: subject, code, message: what }))
  const message = `cannot vouch for this installation: ${counted(problems.length, 'problem')}`
  return jsonDocument({ ...refusalDocument('invalid', message, violations), ...all })
}

function summary(findings: readonly Finding[]): string {
  const of = (severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length
  const rest = `${counted(of('note'), 'note')}, ${of('ok')} as they should be`
  return of('problem') === 0 ? `No problem found; ${rest}.` : `${counted(of('problem'), 'problem')}, ${rest}.`
}

function counted(number: number, word: string): string {
  return number === 1 ? `1 ${word}` : `${number} ${word}s`
}

const MARKS = {
  problem: { word: 'PROBLEM', style: ['red', 'bold'] },
  note: { word: 'note   ', style: ['yellow'] },
  ok: { word: 'ok     ', style: ['green'] },
} as const

function asText({ code, severity, subject, what, why, fix }: Finding, colours: boolean): string {
  const { word, style } = MARKS[severity]
  const mark = colours ? styleText([...style], word, { validateStream: false }) : word
  const lines = [`${mark}  ${plain(subject)}: ${plain(what)}${severity === 'ok' ? '' : `  [${code}]`}`]
  if (why !== undefined) lines.push(`         why:  ${plain(why)}`)
  if (fix !== undefined) lines.push(`         mend: ${plain(fix)}`)
  return `${lines.join('\n')}\n`
}
