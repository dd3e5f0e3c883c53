import { hasUnsafeCharacters } from '../../domain/unsafe-text.ts'
import { type Refusal, refusal } from '../context.ts'

/** The refusal of a text that others will be shown; null when there is none or it is harmless. */
export function refuseText(field: string, text: string | undefined): Refusal | null {
  if (text === undefined || !hasUnsafeCharacters(text)) return null
  const violations = [{ field, code: 'text_has_control_characters' as const }]
  return refusal('invalid', `cannot use this ${field}`, { violations })
}
