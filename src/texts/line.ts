/**
 * One line that people read, before it is dressed for chat (HTML) or terminal. `text` is plain and already safe: text
 * from outside went through `plain()`. Never colour or emoji alone: the mark always has a word or a position beside it.
 */
export interface Line {
  mark: 'will' | 'already' | 'doing' | 'done' | 'failed' | 'undone' | 'kept' | 'info' | 'none'
  text: string
  /** Steps of indentation, 0 when absent. */
  indent?: number
}
