/** Controls, format characters (bidirectional marks among them) and separators of lines: what no text for people holds. */
export const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
