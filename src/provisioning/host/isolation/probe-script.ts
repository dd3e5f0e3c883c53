/**
 * The one program that Usher runs as a new person: constant text for `/bin/sh -s` on its standard input; every value is an
 * operand, none is ever part of the text. It uses what the shell has built in, but for one `rm` and the agent command, so
 * that a proof costs one process more than becoming the person.
 *
 * Operands: NONCE HOME PATH WRITABLES FORBIDDENS, that many folders, that many paths, then the agent command.
 * Answers, one a line, on its standard output:
 *   probe NONCE begin
 *   no STAGE INDEX          a writable folder failed: write, read or remove
 *   open INDEX HOW          a forbidden path was not: read or enter
 *   agent begin             then, when it ended: agent STATUS, and left COUNT: new entries at the top of HOME, the
 *                           first ones named before it (left-name NAME) where the name is of plain characters
 *   probe NONCE end
 * What the agent command says goes to the standard error, beside the shell's own words.
 */
export const PROBE_SCRIPT = `
set -uC
nonce=$1 home=$2 path=$3 writables=$4 forbiddens=$5
shift 5
say() { printf '%s\\n' "$*"; }

try_folders() {
  index=0
  while [ "$index" -lt "$writables" ]; do
    file=$1/.usher-probe-$nonce
    shift
    set -- "$@" "$file"
    if printf '%s\\n' "$nonce" >"$file"; then
      line=
      read -r line <"$file" || :
      [ "$line" = "$nonce" ] || say no read "$index"
    else
      say no write "$index"
    fi
    index=$((index + 1))
  done
  shift "$(($# - writables))"
  [ "$writables" -eq 0 ] || /bin/rm -f -- "$@"
  index=0
  for file do
    if [ -e "$file" ] || [ -L "$file" ]; then say no remove "$index"; fi
    index=$((index + 1))
  done
}

try_forbidden() {
  index=0
  while [ "$index" -lt "$forbiddens" ]; do
    if { true <"$1"; } 2>/dev/null; then say open "$index" read; fi
    if { cd -- "$1"; } 2>/dev/null; then
      say open "$index" enter
      cd /
    fi
    shift
    index=$((index + 1))
  done
}

list_home() {
  names=/
  for entry in "$home"/* "$home"/.*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then names=$names\${entry##*/}/; fi
  done
}

try_agent() {
  PATH=$path
  export PATH
  list_home
  before=$names
  say agent begin
  status=0
  /usr/bin/env -- "$@" </dev/null >&2 || status=$?
  say agent "$status"
  left=0
  for entry in "$home"/* "$home"/.*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then
      case $before in
        */"\${entry##*/}"/*) ;;
        *)
          left=$((left + 1))
          case \${entry##*/} in
            *[!A-Za-z0-9._-]*) ;;
            *) [ "$left" -gt 10 ] || say left-name "\${entry##*/}" ;;
          esac
          ;;
      esac
    fi
  done
  say left "$left"
}

say probe "$nonce" begin
try_folders "$@"
shift "$writables"
try_forbidden "$@"
shift "$forbiddens"
if [ "$#" -gt 0 ]; then try_agent "$@"; fi
say probe "$nonce" end
exit 0
`

export interface ProbeOperands {
  /** Letters and digits: it is part of file names. */
  nonce: string
  home: string
  path: readonly string[]
  writable: readonly string[]
  forbidden: readonly string[]
  agentCommand: readonly string[] | null
}

/** The argv that takes `PROBE_SCRIPT` on its standard input. */
export function probeArgv(operands: ProbeOperands): [string, ...string[]] {
  const { nonce, home, path, writable, forbidden, agentCommand } = operands
  return [
    '/bin/sh',
    ...['-s', '--', nonce, home, path.join(':'), String(writable.length), String(forbidden.length)],
    ...writable,
    ...forbidden,
    ...(agentCommand ?? []),
  ]
}

/** The file that a probe writes in each writable folder. */
export function sentinelName(nonce: string): string {
  return `.usher-probe-${nonce}`
}

export interface ProbeAnswer {
  began: boolean
  ended: boolean
  folders: { stage: 'write' | 'read' | 'remove'; index: number }[]
  open: { index: number; how: 'read' | 'enter' }[]
  /** Null: no agent command was begun. `status` null: it was begun and has not ended. */
  agent: { status: number | null; left: number; leftNames: string[] } | null
}

/** Reads what the probe with this nonce answered. Lines that it cannot have written are not answers. */
export function readProbeAnswer(nonce: string, output: string): ProbeAnswer {
  const lines = output.split('\n')
  const first = lines.indexOf(`probe ${nonce} begin`)
  const last = lines.indexOf(`probe ${nonce} end`)
  const answer: ProbeAnswer = {
    began: first >= 0,
    ended: first >= 0 && last > first,
    folders: [],
    open: [],
    agent: null,
  }
  for (const line of answer.began ? lines.slice(first + 1) : []) {
    const folder = /^no (write|read|remove) (\d+)$/.exec(line)
    if (folder)
      answer.folders.push({ stage: folder[1] as 'write' | 'read' | 'remove', index: Number(folder[2]) })
    const open = /^open (\d+) (read|enter)$/.exec(line)
    if (open) answer.open.push({ index: Number(open[1]), how: open[2] as 'read' | 'enter' })
    if (line === 'agent begin') answer.agent ??= { status: null, left: 0, leftNames: [] }
    const status = /^agent (\d+)$/.exec(line)
    if (status && answer.agent) answer.agent.status = Number(status[1])
    const left = /^left (\d+)$/.exec(line)
    if (left && answer.agent) answer.agent.left = Number(left[1])
    const name = /^left-name ([\w.-]{1,255})$/.exec(line)
    if (name?.[1] && answer.agent && answer.agent.leftNames.length < 10) answer.agent.leftNames.push(name[1])
  }
  return answer
}
