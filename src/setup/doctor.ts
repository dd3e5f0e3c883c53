import { helpOf } from '../command/help.ts'
import { DOCTOR } from '../command/parts/doctor.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import { readEnvironment } from '../config/environment.ts'
import type { Launch } from '../config/root-caution.ts'
import { jsonDocument, refusalDocument } from '../protocol/json-document.ts'
import { report } from './doctor-report.ts'
import { examine } from './examine.ts'

/** `usher doctor`: what can go wrong silently, why it matters and what mends it. Changes nothing; exit 1 on problems. */
export async function main(argv: readonly string[], launch: Launch): Promise<number> {
  const options = readCommandLine(DOCTOR, argv)
  if (!options.ok) {
    if (options.json) process.stdout.write(jsonDocument(refusalDocument('bad_request', options.message)))
    else process.stderr.write(`usher: ${options.message}\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(helpOf(DOCTOR))
    return 0
  }
  const { config: explicitFile, json } = options.values
  const environment = readEnvironment()
  const uid = process.getuid?.() ?? -1
  const findings = await examine({ environment, uid, launch, explicitFile })
  const colours = process.stdout.isTTY === true && !environment.noColor
  process.stdout.write(report(findings, { json, colours }))
  return findings.some(({ severity }) => severity === 'problem') ? 1 : 0
}
