/** Choosing a language. */
export const languageEn = {
  'language.ask': 'Which language shall I speak with you?',
  'language.name': 'English',
  'language.set': 'From now on I speak English with you.',
  'language.as_telegram': 'As in Telegram',
} as const
