import parsePrometheusTextFormat, { type ParsedMetric } from 'parse-prometheus-text-format'

/** What a parser that is not ours reads in a scrape. */
export interface Scrape {
  /** By name, without the series. */
  families: Map<string, Pick<ParsedMetric, 'type' | 'help'>>
  /** Every series with its labels. */
  series: { name: string; labels: Record<string, string>; value: number }[]
  /** The value of a series; undefined when there is none with exactly these labels. */
  value(name: string, labels?: Record<string, string>): number | undefined
}

/** Throws at a line that is not of the format. The parser merges histograms that have labels, so series are read without types. */
export function parseScrape(text: string): Scrape {
  const families = new Map(
    parsePrometheusTextFormat(text).map(({ name, type, help }) => [name, { type, help }]),
  )
  const untyped = text.replaceAll(/^# (TYPE|HELP) .*\n/gm, '')
  const series = parsePrometheusTextFormat(untyped).flatMap(({ name, metrics }) =>
    metrics.map(({ labels = {}, value }) => ({ name, labels, value: Number(value) })),
  )
  return {
    families,
    series,
    value(name, labels = {}) {
      const wanted = JSON.stringify(Object.entries(labels).sort())
      return series.find(
        (one) => one.name === name && JSON.stringify(Object.entries(one.labels).sort()) === wanted,
      )?.value
    },
  }
}
