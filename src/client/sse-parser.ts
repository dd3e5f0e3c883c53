export type StreamPart = { kind: 'data'; data: string } | { kind: 'comment' }

export interface SseParser {
  /** What became complete with this chunk; null when a line is longer than any event can be. */
  push(chunk: Uint8Array): StreamPart[] | null
}

/** The longest event that is taken, in characters. */
const MAX_EVENT = 1024 * 1024

/**
 * Server-sent events (WHATWG HTML, 9.2.6) as far as the worker speaks them: `data:` lines and comments. `id:` repeats
 * what the data says, `event:` and `retry:` are not used; all three are passed over.
 */
export function createSseParser(): SseParser {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  let data: string[] = []
  let size = 0
  return {
    push(chunk) {
      rest += decoder.decode(chunk, { stream: true })
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      const parts: StreamPart[] = []
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) parts.push({ kind: 'data', data: data.join('\n') })
          data = []
          size = 0
        } else if (line.startsWith(':')) {
          parts.push({ kind: 'comment' })
        } else if (line.startsWith('data:')) {
          data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
          size += line.length
        }
      }
      return rest.length + size > MAX_EVENT ? null : parts
    },
  }
}
