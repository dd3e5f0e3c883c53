import type { Offers } from '../../../src/command/command.ts'
import { type Node, type OptionPlace, offersOf, quoted, stepsOf, takingOf } from './nodes.ts'

/** Completion for zsh (zshcompsys(1)): the file `_usher` of a folder in `$fpath`. */
export function zshCompletion(nodes: readonly Node[]): string {
  return `#compdef usher
# Completion of usher(8) for zsh; generated from the command line itself, do not edit.

_usher() {
  local verb='' expects='' token index
  local -a commands options
  for (( index = 2; index < CURRENT; index++ )); do
    token=$words[index]
    if [[ -n $expects ]]; then
      expects=''
      continue
    fi
    case "$verb $token" in
      ${takingOf(nodes).map(pattern).join(' | ')})
        expects=$token ;;
      *\\ -*) ;;
      ${stepsOf(nodes)
        .map((key) => quoted(key.includes(' ') ? key : ` ${key}`))
        .join(' | ')})
        verb="\${verb:+$verb }$token" ;;
    esac
  done
  if [[ -z $expects && $words[CURRENT] == --*=* ]]; then
    expects=\${words[CURRENT]%%=*}
    compset -P '*='
  fi
  if [[ -n $expects ]]; then
    case "$verb $expects" in
${offersOf(nodes)
  .map(({ place: at, offers }) => `      ${pattern(at)}) ${offered(offers)} ;;`)
  .join('\n')}
    esac
    return
  fi
  case $verb in
${nodes.map(place).join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
  elif (( $#commands )); then
    _describe command commands
  fi
}

_usher "$@"
`
}

function place({ verb, below, options, offers }: Node): string {
  const described = (name: string, summary: string) => quoted(`${name}:${summary.replaceAll(':', '\\:')}`)
  return `    ${quoted(verb)})
      options=(${options.map(({ name, summary }) => described(name, summary)).join(' ')})
      commands=(${below.map(({ name, summary }) => described(name, summary)).join(' ')})${
        offers === null ? '' : `\n      [[ $words[CURRENT] == -* ]] || ${offered(offers)}`
      } ;;`
}

function offered(offers: Offers): string {
  if (offers === 'file') return '_files'
  if (offers === 'folder') return '_files -/'
  return `compadd -- ${offers.map(quoted).join(' ')}`
}

/** What verb and option look like, one after the other. */
function pattern({ verb, name }: OptionPlace): string {
  return verb === null ? `*${quoted(` ${name}`)}` : quoted(`${verb} ${name}`)
}
