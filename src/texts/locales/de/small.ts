import type { smallEn } from '../en/small.ts'

export const smallDe: Record<keyof typeof smallEn, string> = {
  'actor.operator': 'Operator (uid 0)',
  'actor.bot': 'Bot',
  'actor.witness': 'Zeuge',
  'actor.approver': 'Konto der Genehmiger',
  'actor.worker': 'Worker',
  'actor.telegram': 'Telegram-Konto {id}',
  'actor.uid': 'uid {id}',
  'duration.ms': '{ms} ms',
  'duration.s': '{seconds, number, ::.#} s',
  'duration.min_s': '{minutes} min{seconds, plural, =0 {} other { {seconds} s}}',
  'duration.h_min': '{hours} h{minutes, plural, =0 {} other { {minutes} min}}',
  'duration.d_h': '{days} d{hours, plural, =0 {} other { {hours} h}}',
  'time.utc': '{time} UTC',
  'time.unknown': 'unbekannte Zeit',
  'size.bytes': '{size} B',
  'size.kib': '{size, number, ::.#} KiB',
  'size.mib': '{size, number, ::.#} MiB',
  'size.gib': '{size, number, ::.#} GiB',
  'size.tib': '{size, number, ::.#} TiB',
  'plain.lines_before': '{count, plural, one {… davor # Zeile} other {… davor # Zeilen}}',
}
