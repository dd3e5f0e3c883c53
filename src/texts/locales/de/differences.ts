import type { differencesEn } from '../en/differences.ts'

export const differencesDe: Record<keyof typeof differencesEn, string> = {
  'difference.account_appeared':
    'ein Konto {os_user} ist dazugekommen{has_uid, select, yes { (uid {uid})} other {}}',
  'difference.account_gone': 'das Konto {os_user} gibt es nicht mehr',
  'difference.account_changed': 'das Konto {os_user} ist anders ({what}): {before} → {after}',
  'difference.account_expiry_changed':
    'das Konto {os_user} ist jetzt {now, select, expired {abgelaufen} active {aktiv} other {{now}}}',
  'difference.account_groups_changed':
    'das Konto {os_user} ist in anderen Gruppen:{has_gained, select, yes { neu {gained}{has_lost, select, yes {,} other {}}} other {}}{has_lost, select, yes { nicht mehr {lost}} other {}}',
  'difference.account_sudo_changed': 'die sudo-Regeln von {os_user} sind andere: {before} → {after}',
  'difference.account_linger_changed':
    'linger von {os_user} ist jetzt {now, select, on {an} off {aus} other {{now}}}',
  'difference.account_keys_changed':
    'die zugelassenen SSH-Schlüssel von {os_user} haben sich geändert: {before} → {after}',
  'difference.group_appeared':
    'eine Gruppe {group} ist dazugekommen{has_gid, select, yes { (gid {gid})} other {}}',
  'difference.group_gone': 'die Gruppe {group} gibt es nicht mehr',
  'difference.group_changed': 'die Gruppe {group} hat eine andere gid: {before} → {after}',
  'difference.path_appeared':
    '{kind, select, directory {der Ordner} file {die Datei} symlink {der symbolische Link} unreadable {der unlesbare Pfad} other {etwas anderes:}} {path} ist dazugekommen{has_uid, select, yes {, Besitz uid {uid}, Modus {mode}} other {}}',
  'difference.path_gone':
    '{kind, select, directory {der Ordner} file {die Datei} symlink {der symbolische Link} unreadable {der unlesbare Pfad} other {etwas anderes:}} {path} ist nicht mehr da',
  'difference.path_changed': '{path} ist anders ({what}): {before} → {after}',
  'difference.path_kind_changed':
    '{path} ist jetzt etwas anderes: {before, select, directory {Ordner} file {Datei} symlink {symbolischer Link} unreadable {unlesbarer Pfad} other {etwas anderes}} → {after, select, directory {Ordner} file {Datei} symlink {symbolischer Link} unreadable {unlesbarer Pfad} other {etwas anderes}}',
  'difference.roster_entry_appeared':
    'auf der Personenliste steht jetzt ein Eintrag von {os_user} (Telegram-ID {telegram_id})',
  'difference.roster_entry_gone':
    'der Eintrag von {os_user} (Telegram-ID {telegram_id}) steht nicht mehr auf der Personenliste',
  'difference.roster_entry_changed':
    'der Eintrag von {os_user} auf der Personenliste wurde bearbeitet: {fields}',
  'difference.owner_changed':
    'das Konto {user}, das die Konfiguration nennt, ist ein anderes oder nicht mehr da',
  'difference.shell_changed':
    'die Shell der Rolle ist jetzt {now, select, there {da} gone {nicht mehr da} other {{now}}}',
  'difference.uid_range_changed': 'der uid-Bereich für Personen ist ein anderer: {before} → {after}',
  'difference.template_changed': 'die Vorlage für das Erstgedächtnis ist eine andere',
  'difference.role_groups_changed':
    'die Rolle {role} hat andere Gruppen:{has_gained, select, yes { neu {gained}{has_lost, select, yes {,} other {}}} other {}}{has_lost, select, yes { nicht mehr {lost}} other {}}',
  'difference.role_group_changed':
    'die Gruppe {group} der Rolle ist jetzt {now, select, there {da} gone {nicht mehr da} another {eine andere} other {{now}}}',
  'difference.membership_changed':
    'das Konto ist jetzt {now, select, member {Mitglied} other {kein Mitglied}} der Gruppe {group}',
  'difference.role_permissions_changed':
    'die Rolle {role} erlaubt anderes:{has_gained, select, yes { neu {gained}{has_lost, select, yes {,} other {}}} other {}}{has_lost, select, yes { nicht mehr {lost}} other {}}',
  'difference.role_changed':
    'die Rolle {role} ist anders ({what, select, shell {Shell} description {Beschreibung} count {Zahl der Genehmigungen} self {eigene Genehmigung} step_up {Zusatzfaktor} expiresMs {Frist zum Entscheiden} other {{what}}}): {before} → {after}',
  'difference.role_gone': 'die Rolle {role} steht nicht mehr in der Konfiguration',
  'difference.services_changed': 'die Dienste zum Neustarten sind andere: {before} → {after}',
  'difference.folders_changed': 'die Ordner, die anzulegen sind, sind andere: {before} → {after}',
  'difference.home_changed': 'das Home-Verzeichnis liegt woanders: {before} → {after}',
  'difference.step_changed': 'der Schritt „{step}“ würde etwas anderes tun',
  'difference.demand_changed':
    '{what, select, consent {die Zustimmung der Person, der das Konto gehört,} other {eine Bestätigung am Terminal}} ist jetzt {now, select, needed {nötig} other {nicht mehr nötig}}',
  'difference.approver_lost': '{by} hat genehmigt und darf das nicht mehr',
  'difference.waited_too_long':
    'genehmigt um {approved_at}, und der Lauf konnte nicht rechtzeitig beginnen (Frist {expires_ms})',
  'difference.chat_frozen': 'Genehmigungen im Chat wurden eingefroren ({at}): die davor zählen nicht mehr',
  'difference.undo_target_changed':
    'Zustand von Lauf {run} jetzt: {state, select, queued {wartet} running {läuft} undoing {wird rückgängig gemacht} succeeded {erfolgreich} undone {rückgängig gemacht} failed {gescheitert} superseded {überholt} cancelled {zurückgezogen} other {{state}}}',
  'difference.records_changed': 'was Lauf {run} aufgezeichnet hat, hat sich geändert',
  'difference.objection': '{violation}',
  'difference.plan_changed': 'der Plan ist ein anderer{has_what, select, yes { ({what})} other {}}',
  'difference.and_more': 'und {count} weitere',
  'returned.drift': 'Er kam zurück: etwas ist nicht mehr so wie bei der Genehmigung. Nichts wurde geändert.',
  'returned.retry': 'Ein neuer Versuch: Lauf {run} wurde rückgängig gemacht.',
  'returned.stale':
    'Er kam zurück: die Genehmigung war zu alt, als der Lauf beginnen konnte. Nichts wurde geändert.',
}
