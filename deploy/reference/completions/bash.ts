import type { Offers } from '../../../src/command/command.ts'
import { type Node, type OptionPlace, offersOf, quoted, stepsOf, takingOf } from './nodes.ts'

/** Completion for bash, with or without the package bash-completion (bash(1), Programmable Completion). */
export function bashCompletion(nodes: readonly Node[]): string {
  return `# Completion of usher(8) for bash; generated from the command line itself, do not edit.
# shellcheck shell=bash

_usher() {
    local verb='' expects='' word=\${COMP_WORDS[COMP_CWORD]} token index
    COMPREPLY=()
    # An equals sign is a word of its own here.
    [[ $word == '=' ]] && word=''
    for ((index = 1; index <= COMP_CWORD; index++)); do
        token=\${COMP_WORDS[index]}
        if [[ $token == '=' ]]; then
            [[ -n $expects ]] || expects='='
        elif ((index == COMP_CWORD)); then
            break
        elif [[ -n $expects ]]; then
            expects=''
        else
            case "$verb $token" in
${branch(takingOf(nodes).map(pattern), 'expects=$token')}
            *' -'*) ;;
${branch(
  stepsOf(nodes).map((key) => quoted(key.includes(' ') ? key : ` ${key}`)),
  `verb=\${verb:+$verb }$token`,
)}
            esac
        fi
    done
    local words='' files=''
    if [[ -n $expects ]]; then
        case "$verb $expects" in
${offersOf(nodes)
  .map(({ place: at, offers }) => `        ${pattern(at)}) ${offered(offers)} ;;`)
  .join('\n')}
        esac
    else
        case $verb in
${nodes.map(place).join('\n')}
        esac
    fi
    if [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -A "$files" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    fi
}
complete -F _usher usher
`
}

function branch(patterns: readonly string[], what: string): string {
  return `            ${patterns.join(' | ')})\n                ${what} ;;`
}

function place({ verb, below, options, offers }: Node): string {
  const names = options.map(({ name }) => name).join(' ')
  const others = below.map(({ name }) => name).join(' ')
  const otherwise = offers === null ? `words=${quoted(others)}` : offered(offers)
  return `        ${quoted(verb)}) if [[ $word == -* ]]; then words=${quoted(names)}; else ${otherwise}; fi ;;`
}

/** What verb and option look like, one after the other. */
function pattern({ verb, name }: OptionPlace): string {
  return verb === null ? `*${quoted(` ${name}`)}` : quoted(`${verb} ${name}`)
}

function offered(offers: Offers): string {
  if (offers === 'file') return "files='file'"
  if (offers === 'folder') return "files='directory'"
  return `words=${quoted(offers.join(' '))}`
}
