import { expect, test } from 'vitest'
import { createCounter, createHistogram } from '../../../../src/worker/metrics/counting.ts'
import { exposition } from '../../../../src/worker/metrics/exposition.ts'
import { parseScrape } from '../../../support/prometheus.ts'

test('counters and histograms read back by a parser that is not ours', () => {
  const counter = createCounter<'what'>({ name: 'a_total', help: 'Of "a"\\b\nand more.' })
  counter.add({ what: 'plain' })
  counter.add({ what: 'plain' }, 2)
  counter.add({ what: 'quote" slash\\ line\nend' })
  const histogram = createHistogram<'kind'>({ name: 'took_seconds', help: 'How long.' }, [0.1, 1])
  for (const seconds of [0.05, 0.1, 0.5, 7]) histogram.observe({ kind: 'x' }, seconds)
  histogram.observe({ kind: 'y' }, 0.2)
  const { families, series } = parseScrape(exposition([counter.metric(), histogram.metric()]))
  expect([...families].map(([name, { type }]) => `${name} ${type}`)).toEqual([
    'a_total COUNTER',
    'took_seconds HISTOGRAM',
  ])
  const bucket = (kind: string, le: string, value: number) => ({
    ...{ name: 'took_seconds_bucket', labels: { kind, le }, value },
  })
  expect(series.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: 'a_total', labels: { what: 'plain' }, value: 3 },
    { name: 'a_total', labels: { what: 'quote" slash\\ line\nend' }, value: 1 },
    ...[bucket('x', '0.1', 2), bucket('x', '1', 3), bucket('x', '+Inf', 4)],
    ...[bucket('y', '0.1', 0), bucket('y', '1', 1), bucket('y', '+Inf', 1)],
    ...[
      { name: 'took_seconds_count', labels: { kind: 'x' }, value: 4 },
      { name: 'took_seconds_count', labels: { kind: 'y' }, value: 1 },
    ],
    ...[
      { name: 'took_seconds_sum', labels: { kind: 'x' }, value: 7.65 },
      { name: 'took_seconds_sum', labels: { kind: 'y' }, value: 0.2 },
    ],
  ])
})

test('a metric without a sample is left out, and numbers that are none are spelled as the format has them', () => {
  const gauge = (name: string, values: number[]) => ({
    ...{ name, help: 'h', type: 'gauge' as const },
    samples: values.map((value) => ({ value })),
  })
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const text = exposition([gauge('none', []), gauge('odd', odd)])
  expect(text).toBe('# HELP odd h\n# TYPE odd gauge\nodd NaN\nodd +Inf\nodd -Inf\n')
})
