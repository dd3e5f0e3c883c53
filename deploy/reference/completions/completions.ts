import { reference } from '../model.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { nodesOf } from './nodes.ts'
import { zshCompletion } from './zsh.ts'

/** The completions of each shell, as the files that its package manager would install. */
export function completions(): { bash: string; zsh: string; fish: string } {
  const nodes = nodesOf(reference())
  return { bash: bashCompletion(nodes), zsh: zshCompletion(nodes), fish: fishCompletion(nodes) }
}
