import type { aboutEn } from '../en/about.ts'

export const aboutDe: Record<keyof typeof aboutEn, string> = {
  'whoami.you': 'Du bist {who}{has_key, select, yes { ({key})} other {}}, Rolle {role}',
  'whoami.not_on_roster': 'nicht auf der Personenliste',
  'whoami.on_roster': 'auf der Personenliste: {person}',
  'whoami.decides': 'entscheidet über Anträge anderer',
  'whoami.decides_not': 'entscheidet nicht über Anträge anderer',
  'whoami.permitted': 'erlaubt: {has_permissions, select, yes {{permissions}} other {nichts}}',
  'status.worker':
    'Der Worker auf {host} ist {ready, select, yes {bereit} other {noch nicht bereit}} (Usher {version}, {mode, select, system {für das ganze System} other {Einzelnutzerbetrieb}})',
  'status.since': 'seit {at} ({duration})',
  'status.runs': 'Läufe: {running} laufen, {queued} warten',
  'status.stuck': 'Lauf {run}: {why}',
  'status.open_requests': 'offene Anträge: {count}',
  'status.roster_problem': 'die Personenliste ist nicht brauchbar: {why}',
  'status.people': 'Personen auf der Personenliste: {count}',
  'status.service.active': 'Dienst {unit}: aktiv',
  'status.service.inactive': 'Dienst {unit}: nicht aktiv',
  'status.service.unknown': 'Dienst {unit}: gerade nicht bekannt',
  'status.never_reconciled': 'Personen und Rechner wurden noch nie verglichen',
  'status.reconciled.clean': 'Personen und Rechner verglichen am {at}: niemand weicht ab',
  'status.reconciled.differs':
    'Personen und Rechner verglichen am {at}: {count, plural, one {{count} Befund} other {{count} Befunde}}',
  'status.reconciled.incomplete':
    'Personen und Rechner verglichen am {at}, aber nicht alle: {count, plural, one {{count} Befund} other {{count} Befunde}}',
  'status.reconciled.failed': 'Personen und Rechner konnten am {at} nicht verglichen werden',
  'status.frozen': 'Freigaben im Chat sind eingefroren; nur root taut sie auf',
  'status.development': 'NICHT SICHER: läuft mit --development, aus Code, den andere ändern können: {why}',
  'status.room': 'letztes Ereignis {event}, Speicher {memory}, auf der Platte frei {disk}',
}
