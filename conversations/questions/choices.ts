import type { Choice } from '../dialogue.ts'

/** Buttons with a label and a value each, one a row. */
export function column(choices: readonly Choice[]): Choice[][] {
  return choices.map((choice) => [choice])
}

/** Buttons, `width` a row. */
export function grid(choices: readonly Choice[], width = 2): Choice[][] {
  const rows: Choice[][] = []
  for (let start = 0; start < choices.length; start += width) rows.push(choices.slice(start, start + width))
  return rows
}

/** A button's label: Telegram shows about this much of it. */
export function shortLabel(text: string, max = 40): string {
  const points = [...text]
  return points.length <= max ? text : `${points.slice(0, max - 1).join('')}…`
}
