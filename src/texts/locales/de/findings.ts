import type { findingsEn } from '../en/findings.ts'

export const findingsDe: Record<keyof typeof findingsEn, string> = {
  'finding.account.missing': 'das Konto {os_user} fehlt',
  'finding.account.expired': 'das Konto {os_user} ist abgelaufen',
  'finding.account.never_activated':
    'das Konto {os_user} wurde nie aktiviert, und auf kein „Start“ wird gewartet',
  'finding.account.not_a_person':
    'das Konto {os_user} (uid {uid}) kann keiner Person gehören: seine uid liegt außerhalb des Bereichs, oder die Konfiguration braucht es für etwas anderes',
  'finding.account.changed': 'das Konto {os_user} hat sich geändert, während es angesehen wurde',
  'finding.account.no_entry':
    'das Konto {os_user} (uid {uid}) steht nicht auf der Personenliste; übernimm es, oder nenne es in „reconcile.ignore_accounts“',
  'finding.account.entry_removed':
    'das Konto {os_user} (uid {uid}) aus Lauf {run} ist noch da, aber sein Eintrag steht nicht mehr auf der Personenliste',
  'finding.home.unusable':
    'das Home-Verzeichnis {home} ist nicht brauchbar: {has_why, select, yes {{why}} other {sieh es dir an}}',
  'finding.group.missing': 'die Gruppe {group} der Rolle gibt es nicht',
  'finding.groups.not_member': 'nicht in: {groups}',
  'finding.dir.missing': 'der Ordner {path} fehlt',
  'finding.dir.mode':
    'der Ordner {path} hat den Modus {mode} statt {has_expected, select, yes {{expected}} other {0700}}',
  'finding.dir.owner':
    'der Ordner {path} gehört uid {uid} statt {has_expected, select, yes {{expected}} other {der Person, deren Konto fehlt}}',
  'finding.dir.not_a_directory':
    '{path} ist kein Ordner, sondern {kind, select, symlink {ein symbolischer Link} file {eine Datei} other {etwas anderes}}',
  'finding.dir.unreadable': 'der Ordner {path} lässt sich nicht ansehen ({errno})',
  'finding.seed.missing': 'das Gedächtnis {path} fehlt',
  'finding.seed.not_a_file': 'das Gedächtnis {path} ist keine gewöhnliche Datei',
  'finding.service.down': 'der Dienst {unit} ist nicht aktiv',
  'finding.smoke.failed': 'der Funktionstest ist fehlgeschlagen',
  'finding.role.unknown':
    'die Konfiguration hat keine Rolle{has_role, select, yes { „{role}“} other {}}; berichtige den Eintrag oder ergänze die Rolle',
  'finding.entry.unrecorded': 'der Eintrag der Personenliste wurde von Hand geschrieben: kein Lauf kennt ihn',
  'finding.entry.edited':
    'der Eintrag der Personenliste wurde von Hand geändert{has_keys, select, yes {: {keys}} other {}}',
  'finding.entry.invalid':
    'im Eintrag der Personenliste ist {field}{has_value, select, yes { („{value}“)} other {}} nicht brauchbar; berichtige es von Hand',
  'finding.entry.duplicate':
    'auf der Personenliste steht dasselbe {field} ({value}) auch im Eintrag von {has_other, select, yes {{other}} other {jemand anderem}}; berichtige einen der beiden',
  'finding.entry.id_is_text':
    'die Telegram-ID steht auf der Personenliste in Anführungszeichen und gibt so keine Rechte',
  'finding.plan.refused':
    'eine Reparatur lässt sich nicht planen: {has_violations, select, yes {{violations}} other {siehe die anderen Befunde}}',
  'finding.person.unchecked':
    'lässt sich nicht ansehen: {has_why, select, yes {{why}} other {siehe das Protokoll des Workers}}',
  finding_with_cause: '{finding}: {cause}',
  finding_by_hand: 'von Hand: {command}',
  'finding_subject.host': 'Dieser Rechner',
  'finding_subject.person': '{name} ({os_user})',
  'reconciliation.clean':
    '{has_id, select, yes {Abgleich {id}} other {Probelauf}}: alles ist, wie Personenliste und Rollen es sagen{has_why, select, yes {: {why}} other {}} ({people, plural, one {1 Person} other {# Personen}} angesehen)',
  'reconciliation.differs':
    '{has_id, select, yes {Abgleich {id}} other {Probelauf}}: der Rechner weicht von Personenliste und Rollen ab{has_why, select, yes {: {why}} other {}} ({people, plural, one {1 Person} other {# Personen}} angesehen)',
  'reconciliation.incomplete':
    '{has_id, select, yes {Abgleich {id}} other {Probelauf}}: nicht alle ließen sich ansehen{has_why, select, yes {: {why}} other {}} ({people, plural, one {1 Person} other {# Personen}} angesehen)',
  'reconciliation.failed':
    '{has_id, select, yes {Abgleich {id}} other {Probelauf}}: kann nichts abgleichen{has_why, select, yes {: {why}} other {}}',
  reconciliation_skipped: '{name} ({os_user}) ausgelassen: Antrag {request} läuft noch',
  reconciliation_repair: 'Antrag {id}: {name} ({os_user}) reparieren: {state}',
}
