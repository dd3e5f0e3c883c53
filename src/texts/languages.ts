/** The languages that Usher speaks, by their BCP 47 primary tag; the first one is for whoever asks for another. */
export const LANGUAGES = ['en', 'de'] as const
/** One of them. */
export type Language = (typeof LANGUAGES)[number]

/** The language for an IETF tag as Telegram sends it (Bot API, `User.language_code`: `de`, `pt-br`, or nothing). */
export function languageOf(tag: string | null | undefined): Language {
  const primary = tag?.split('-', 1)[0]?.toLowerCase()
  return LANGUAGES.find((language) => language === primary) ?? 'en'
}
