import type { Metric } from './exposition.ts'

/** Numbers that only grow, one for each combination of labels that was counted. */
export interface Counter<Label extends string> {
  add(labels: Readonly<Record<Label, string>>, by?: number): void
  metric(): Metric
}

type Named = Pick<Metric, 'name' | 'help'>

/** Labels must come from closed lists: every combination is kept for ever. */
export function createCounter<Label extends string>({ name, help }: Named): Counter<Label> {
  const series = createSeries<Label, { value: number }>(() => ({ value: 0 }))
  return {
    add(labels, by = 1) {
      series.of(labels).value += by
    },
    metric: () => ({
      ...{ name, help, type: 'counter' },
      samples: series.all().map(([labels, { value }]) => ({ labels, value })),
    }),
  }
}

/** How long things took, counted by upper bounds. */
export interface Histogram<Label extends string> {
  observe(labels: Readonly<Record<Label, string>>, seconds: number): void
  metric(): Metric
}

/** @param bounds upper bounds in seconds, ascending; the last bucket, without an upper bound, comes by itself */
export function createHistogram<Label extends string>(
  { name, help }: Named,
  bounds: readonly number[],
): Histogram<Label> {
  const series = createSeries<Label, { counts: number[]; sum: number; count: number }>(() => ({
    counts: bounds.map(() => 0),
    ...{ sum: 0, count: 0 },
  }))
  return {
    observe(labels, seconds) {
      const one = series.of(labels)
      const bucket = bounds.findIndex((bound) => seconds <= bound)
      if (bucket >= 0) one.counts[bucket] = (one.counts[bucket] ?? 0) + 1
      one.sum += seconds
      one.count++
    },
    metric: () => ({
      ...{ name, help, type: 'histogram' },
      samples: series.all().flatMap(([labels, { counts, sum, count }]) => {
        let below = 0
        const buckets = bounds.map((bound, index) => {
          below += counts[index] ?? 0
          return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below } as const
        })
        return [
          ...buckets,
          { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count } as const,
          { suffix: '_sum', labels, value: sum } as const,
          { suffix: '_count', labels, value: count } as const,
        ]
      }),
    }),
  }
}

function createSeries<Label extends string, T>(fresh: () => T) {
  const known = new Map<string, { labels: Readonly<Record<Label, string>>; value: T }>()
  return {
    of(labels: Readonly<Record<Label, string>>): T {
      const key = JSON.stringify(labels)
      const found = known.get(key)
      if (found !== undefined) return found.value
      const value = fresh()
      known.set(key, { labels, value })
      return value
    },
    all: (): [Readonly<Record<Label, string>>, T][] =>
      [...known.values()].map(({ labels, value }) => [labels, value]),
  }
}
