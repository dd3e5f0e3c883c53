import type { PlanView } from '../protocol/views.ts'
import type { Line } from './line.ts'
import { noteLine } from './notes.ts'
import { stepTitle } from './steps.ts'
import type { Words } from './words.ts'

/** The plan, step by step: what would change and what is so already; then what it demands and its digest. */
export function planLines(words: Words, plan: PlanView): Line[] {
  const lines: Line[] = []
  plan.steps.forEach((step, index) => {
    const title = stepTitle(words, step.kind)
    const already = step.effect === 'already' ? 'yes' : 'no'
    lines.push({
      mark: already === 'yes' ? 'already' : 'will',
      text: words.say('plan.step', { number: index + 1, title, already }),
    })
    for (const note of step.notes) lines.push(noteLine(words, note))
  })
  if (plan.demands.terminal) lines.push({ mark: 'info', text: words.say('plan.terminal') })
  if (plan.demands.consent) lines.push({ mark: 'info', text: words.say('plan.consent') })
  lines.push({ mark: 'none', text: words.say('plan.digest', { digest: plan.digest }) })
  return lines
}
