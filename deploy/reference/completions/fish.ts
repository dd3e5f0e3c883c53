import type { Offers } from '../../../src/command/command.ts'
import { type Node, stepsOf, takingOf } from './nodes.ts'

/** Completion for fish (fish-completions(1)). */
export function fishCompletion(nodes: readonly Node[]): string {
  return `# Completion of usher(8) for fish; generated from the command line itself, do not edit.

function __usher_at --description 'whether the words before the cursor are this verb'
    set -l verb
    set -l expects no
    set -l tokens (commandline --tokenize --cut-at-cursor --current-process)
    for token in $tokens[2..-1]
        if test $expects = yes
            set expects no
            continue
        end
        switch (string join ' ' -- $verb $token)
            case ${takingOf(nodes)
              .map(({ verb, name }) => quoted(verb === null ? `*${name}` : `${verb} ${name}`))
              .join(' ')}
                set expects yes
            case ${stepsOf(nodes).map(quoted).join(' ')}
                set -a verb $token
        end
    end
    test "$verb" = "$argv[1]"
end

complete --command usher --no-files
${nodes.flatMap(place).join('\n')}
`
}

function place({ verb, below, options, offers }: Node): string[] {
  const start = `complete --command usher --condition ${quoted(`__usher_at ${quoted(verb)}`)}`
  return [
    ...below.map(
      ({ name, summary }) => `${start} --arguments ${quoted(name)} --description ${quoted(summary)}`,
    ),
    ...options.map(({ name, summary, value, valueOptional, offers: values }) => {
      const takes =
        value === null || valueOptional
          ? ''
          : `${values === 'file' || values === 'folder' ? ' --require-parameter' : ' --exclusive'}${offered(values)}`
      return `${start} --long-option ${name.slice(2)}${takes} --description ${quoted(summary)}`
    }),
    ...(offers === null ? [] : [`${start}${offered(offers)}`]),
  ]
}

function offered(offers: Offers | null): string {
  if (offers === null) return ''
  if (offers === 'file') return ' --force-files'
  if (offers === 'folder') return " --arguments '(__fish_complete_directories)'"
  return ` --arguments ${quoted(offers.join(' '))}`
}

/** A word of fish that means exactly this text: only the quote and the backslash are special in it. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
