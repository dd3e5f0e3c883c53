/** One value of a metric, with its labels. Labels are words of closed lists, never names, ids or text of people. */
export interface Sample {
  labels?: Readonly<Record<string, string>>
  value: number
}

export interface Metric {
  /** By Prometheus' conventions: base units, `_total` for counters (prometheus.io/docs/practices/naming). */
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  /** Of a histogram every series has its suffix, and stands in the order of the format: buckets, sum, count. */
  samples: readonly (Sample & { suffix?: '_bucket' | '_sum' | '_count' })[]
}

/** What a scraper is told that the answer is (prometheus.io/docs/instrumenting/exposition_formats). */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The text format 0.0.4 of Prometheus. A metric without samples is left out: it says nothing. */
export function exposition(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) => {
      const lines = samples.map(
        ({ suffix = '', labels = {}, value }) =>
          `${name}${suffix}${labelsText(labels)} ${numberText(value)}\n`,
      )
      return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`
    })
    .join('')
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}
