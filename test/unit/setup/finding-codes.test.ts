import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { report } from '../../../src/setup/doctor-report.ts'
import { byImportance, type Finding, note, ok, problem } from '../../../src/setup/finding.ts'
import { FINDING_CODES } from '../../../src/setup/finding-codes.ts'

const code = /`([a-z-]+\.[a-z-]+)`/g
const areas = new Set(FINDING_CODES.map((name) => name.split('.')[0]))

describe('the codes of findings', () => {
  test('stand in docs/troubleshoot.md, each with what is so, and no other does', () => {
    const text = readFileSync('docs/troubleshoot.md', 'utf8')
    const named = [...text.matchAll(code)].map((found) => found[1] ?? '')
    const codes = named.filter((name) => areas.has(name.split('.')[0]) && !name.endsWith('.md'))
    expect([...new Set(codes)].sort()).toEqual([...FINDING_CODES].sort())
  })

  test('are each said by a check, and none is given twice', () => {
    const sources = globSync('src/setup/{checks/*,examine}.ts').map((file) => readFileSync(file, 'utf8'))
    const unsaid = FINDING_CODES.filter((name) => !sources.some((source) => source.includes(`'${name}'`)))
    expect(unsaid).toEqual([])
    expect(new Set(FINDING_CODES).size).toBe(FINDING_CODES.length)
  })
})

describe('the report', () => {
  const findings: Finding[] = [
    ok('config.ok', 'config', 'fine'),
    note('clock.unknown', 'clock', 'nobody says', 'codes go by it'),
    problem('folder.mode', '/x', 'has mode \x1b[31m0777', 'others write', 'chmod 0711 /x'),
    problem('code.untrusted', '/opt', 'others write', 'they are root', 'chmod go-w /opt'),
  ]

  test('has problems before notes before the rest, and what gives root away before all', () => {
    expect(byImportance(findings).map((finding) => finding.code)).toEqual([
      'code.untrusted',
      'folder.mode',
      'clock.unknown',
      'config.ok',
    ])
  })

  test('has a line that sums up, and colours only where they are wanted', () => {
    const plain = report(findings, { json: false, colours: false })
    expect(plain).toMatch(/\n2 problems, 1 note, 1 as they should be\.\n$/)
    expect(plain).toContain('PROBLEM  /x: has mode \\x1b[31m0777  [folder.mode]')
    expect(plain).toContain('         mend: chmod 0711 /x')
    expect(plain).not.toContain('\x1b')
    expect(report(findings, { json: false, colours: true })).toContain('\x1b[31m')
    const fine = report(findings.slice(0, 2), { json: false, colours: false })
    expect(fine).toMatch(/\nNo problem found; 1 note, 1 as they should be\.\n$/)
  })

  test('is one JSON document for a program, with code, severity, subject, what, why and fix', () => {
    const document = JSON.parse(report(findings, { json: true, colours: true }))
    expect(document).toMatchObject({
      ok: false,
      error: {
        code: 'invalid',
        violations: [{ field: '/x', code: 'folder.mode' }, { code: 'code.untrusted' }],
      },
      summary: { problem: 2, note: 1, ok: 1 },
    })
    expect(document.findings[3]).toEqual({
      ...{ code: 'code.untrusted', severity: 'problem', subject: '/opt', what: 'others write' },
      ...{ why: 'they are root', fix: 'chmod go-w /opt' },
    })
  })
})
