import type { OperationName } from '../../protocol/operations.ts'

/** What an operation was about, as far as a log may say it: numbers that lead to it, and nothing of people. */
export interface About {
  request?: number
  run?: number
}

/** Read from the input, and from the output where what is asked for gets its number only then. */
export function aboutOf(operation: OperationName, input: object, output: object): About {
  const id = numberIn(input, 'id')
  const told = { request: objectIn(output, 'request'), run: objectIn(output, 'run') }
  const request =
    (operation.startsWith('request.') ? id : null) ??
    numberIn(told.request, 'id') ??
    numberIn(told.run, 'request_id')
  const run = operation.startsWith('run.') ? id : numberIn(told.request, 'run_id')
  return { ...(request === null ? {} : { request }), ...(run === null ? {} : { run }) }
}

function objectIn(object: object, key: string): object {
  const value: unknown = Object.hasOwn(object, key) ? object[key as keyof typeof object] : null
  return typeof value === 'object' && value !== null ? value : {}
}

function numberIn(object: object, key: string): number | null {
  const value: unknown = Object.hasOwn(object, key) ? object[key as keyof typeof object] : null
  return typeof value === 'number' ? value : null
}
