/**
 * Control characters, line and paragraph separators, and characters that reorder or hide text: bidirectional marks,
 * embeddings, overrides and isolates, zero-width ones, soft hyphen, byte order mark, tags.
 */
const UNSAFE =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u00ad\u180e\u200b-\u200d\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u

/** Whether `text` has a character that must not reach a terminal, card, log or GECOS field, or is not well-formed. */
export function hasUnsafeCharacters(text: string): boolean {
  return !text.isWellFormed() || UNSAFE.test(text)
}
