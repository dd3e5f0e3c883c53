import { parseArgs } from 'node:util'
import type { ErrorCode } from '../protocol/errors.ts'
import {
  type DocumentViolation,
  jsonDocument,
  refusalDocument,
  spelledOut,
} from '../protocol/json-document.ts'

/** What a bot's command line says, or why it cannot be understood. */
export type Options = { json: boolean } & ({ config?: string; help: boolean } | { message: string })

/** The options of a bot that runs until it is stopped: `--config FILE`, `--json`, `--help`. */
export function readOptions(argv: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values
  } catch (error) {
    const message = `cannot understand the arguments: ${error instanceof Error ? error.message : error}`
    return { json: argv.includes('--json'), message }
  }
}

/** Says why `usher NAME` does not run: one document with `json`, else words. Returns its exit status, 2. */
export function refuse(
  name: 'bot' | 'witness',
  json: boolean,
  code: ErrorCode,
  message: string,
  violations: readonly DocumentViolation[] = [],
  usage = '',
): number {
  const lines = violations.map((violation) => `  ${violation.field}: ${violation.message}\n`)
  if (json) process.stdout.write(jsonDocument(refusalDocument(code, message, violations)))
  else process.stderr.write(spelledOut(`usher ${name}: ${message}\n${lines.join('')}${usage}`))
  return 2
}
