import type { Params } from './params.ts'

/** Which request holds a person against others, and what to do about it: `request` and, when it failed, `run`. */
export function holderText(p: Params): string {
  const request = `request ${p.text('request', 'another')}`
  if (!p.has('run')) return `${request} holds it; decide or cancel that one first`
  const run = p.text('run')
  return `the undo of ${request} could not finish; go on with it first ('sudo usher run resume ${run}'), or accept what is left ('sudo usher run abandon ${run} --reason TEXT')`
}
