import type { Database } from '../database.ts'

/** Small facts that outlive the worker, by name. */
export interface MetaQueries {
  get(key: string): string | null
  set(key: string, value: string): void
}

export function metaQueries({ build, first, run }: Database): MetaQueries {
  return {
    get: (key) => first(build.selectFrom('meta').select('value').where('key', '=', key))?.value ?? null,
    set(key, value) {
      run(
        build
          .insertInto('meta')
          .values({ key, value })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value })),
      )
    },
  }
}
