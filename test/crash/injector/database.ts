import { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Injector } from './injector.ts'

/** What one transaction did so far, for its name. */
interface Writing {
  events: string[]
  tables: Set<string>
}

const EVENT = /^(request|run|step|person|worker|reconcile)\.[a-z]+$/
/** With these a run begins to take something back. */
const TURNING: ReadonlySet<string> = new Set(['run.undoing', 'run.started:undo', 'run.resumed'])

/**
 * Makes every commit an effect: of a transaction that wrote something, and of a statement outside of one, which is how steps
 * journal. A transaction is named by its events, else by its tables.
 */
export function interceptDatabase(injector: Injector): void {
  const { exec } = DatabaseSync.prototype
  const { run } = StatementSync.prototype
  let writing: Writing | null = null

  const fail = (): never => {
    const error = new Error('disk I/O error (injected)')
    throw Object.assign(error, { code: 'ERR_SQLITE_ERROR', errcode: 10, errstr: 'disk I/O error' })
  }

  DatabaseSync.prototype.exec = function (sql) {
    const perform = () => exec.call(this, sql)
    if (sql === 'begin immediate') writing = { events: [], tables: new Set() }
    if (sql === 'rollback') writing = null
    if (sql !== 'commit' || writing === null) return perform()
    const { events, tables } = writing
    writing = null
    if (tables.size === 0) return perform()
    if (events.some((event) => TURNING.has(event))) injector.turnRound()
    const isOfRun =
      events.length === 0 ? tables.has('run_steps') : events.some((event) => /^(run|step)\./.test(event))
    return injector.pass({
      form: 'commit',
      what: `commit:${[...(events.length > 0 ? new Set(events) : tables)].join('+')}`,
      owner: isOfRun ? 'run' : 'request',
      perform,
      fail,
    })
  }

  StatementSync.prototype.run = function (this: StatementSync, ...parameters: Parameters<typeof run>) {
    const perform = () => Reflect.apply(run, this, parameters)
    const [, table] = /^(?:insert (?:or \w+ )?into|update|delete from) "?(\w+)/i.exec(this.sourceSQL) ?? []
    if (table === undefined) return perform()
    if (writing === null) {
      const journals = table === 'run_steps' && /set "record"/.test(this.sourceSQL)
      return injector.pass({ form: 'commit', what: journals ? 'journal' : `write:${table}`, perform, fail })
    }
    const done = perform()
    if (Number(done.changes) > 0) {
      writing.tables.add(table)
      if (table === 'events') writing.events.push(eventName(parameters))
    }
    return done
  } as typeof run
}

function eventName(parameters: readonly unknown[]): string {
  const texts = parameters.filter((value) => typeof value === 'string')
  const type = texts.find((text) => EVENT.test(text)) ?? 'event'
  const data = texts.find((text) => text.startsWith('{')) ?? '{}'
  const { kind } = JSON.parse(data) as { kind?: string }
  return kind === undefined || (type.startsWith('run.') && kind === 'onboard') ? type : `${type}:${kind}`
}
