import type { PlanView } from '../protocol/views.ts'
import type { Line } from './line.ts'
import { noteLine } from './notes.ts'
import { plain } from './plain.ts'
import { stepTitle } from './steps.ts'

/** The plan, step by step: what would change and what is so already; then what it demands and its digest. */
export function planLines(plan: PlanView): Line[] {
  const lines: Line[] = []
  plan.steps.forEach((step, index) => {
    const already = step.effect === 'already'
    lines.push({
      mark: already ? 'already' : 'will',
      text: `${index + 1}. ${stepTitle(step.kind)}${already ? ': nothing to change' : ''}`,
    })
    for (const note of step.notes) lines.push(noteLine(note))
  })
  if (plan.demands.terminal) {
    lines.push({ mark: 'info', text: "needs a confirmation on a terminal: 'sudo usher confirm'" })
  }
  if (plan.demands.consent) {
    lines.push({
      mark: 'info',
      text: "needs the consent of the account's owner: 'usher claim CODE' as that user, or 'sudo usher confirm' with a reason",
    })
  }
  lines.push({ mark: 'none', text: `Digest: ${plain(plan.digest, 64)}` })
  return lines
}
