import type { failuresEn } from '../en/failures.ts'

export const failuresDe: Record<keyof typeof failuresEn, string> = {
  'failure.program_failed':
    'kann es nicht abschließen: {has_program, select, yes {{program}} other {ein Programm}} endete mit {has_status, select, yes {Status {status}} other {einem Fehler}}; sieh dir die Ausgabe an',
  'failure.program_missing':
    'kann {has_program, select, yes {{program}} other {ein Programm}} nicht ausführen: es ist nicht installiert; installiere es und versuche es noch einmal',
  'failure.timed_out':
    'kann nicht länger warten{has_after_ms, select, yes {: nach {after_ms} nicht fertig} other {}}; sieh nach der Last des Rechners und versuche es noch einmal',
  'failure.account_appeared':
    'kann das Konto {os_user} nicht anlegen: seit der Genehmigung gibt es das Konto; sieh nach, woher es kommt',
  'failure.account_changed':
    'kann mit dem Konto {os_user} nicht weitermachen: es hat sich seit der Genehmigung geändert; sieh es dir an und stelle den Antrag neu',
  'failure.account_locked_by_other':
    '{held_by, select, process {kann Konten nicht ändern: „{program}“ (Prozess {pid}) hält {path}; {lock, select, pwd {warte auf sein Ende oder beende es, und versuche es noch einmal} other {warte auf sein Ende und versuche es noch einmal; wenn das Programm gar keine Konten ändert, entferne zuerst {path}}}} empty {kann Konten nicht ändern: die Sperrdatei {path} ist leer und nennt niemanden; wenn kein Programm Konten ändert, entferne sie und versuche es noch einmal} garbage {kann Konten nicht ändern: die Sperrdatei {path} nennt keinen Prozess; wenn kein Programm Konten ändert, entferne sie und versuche es noch einmal} other {kann Konten nicht ändern: ein anderes Programm hielt {path}; versuche es noch einmal}}',
  'failure.uid_range_exhausted':
    'kann keine freie uid von {min} bis {max} finden: erweitere „uids“ in der Konfiguration',
  'failure.group_missing':
    'kann nicht in die Gruppe {group} aufnehmen: es gibt sie nicht mehr; lege sie an oder ändere die Rolle',
  'failure.group_appeared':
    'kann das Konto nicht anlegen: seit der Genehmigung gibt es die Gruppe {group}; sieh nach, woher sie kommt',
  'failure.path_unsafe':
    'kann {path} nicht verwenden: {has_why, select, yes {{why}} other {es ist nicht sicher}}; bringe es in Ordnung und versuche es noch einmal',
  'failure.path_occupied':
    'kann {path} nicht anlegen: dort liegt etwas anderes; räume es weg und versuche es noch einmal',
  'failure.disk_full':
    'kann {has_path, select, yes {{path}} other {eine Datei}} nicht schreiben: die Platte ist voll; schaffe Platz und versuche es noch einmal',
  'failure.read_only':
    'kann {has_path, select, yes {{path}} other {eine Datei}} nicht schreiben: das Dateisystem ist schreibgeschützt; hänge es beschreibbar ein und versuche es noch einmal',
  'failure.roster_unusable':
    'kann die Personenliste{has_path, select, yes { {path}} other {}} nicht verwenden: {has_why, select, yes {{why}} other {sie ist nicht lesbar}}; berichtige die Datei von Hand',
  'failure.roster_changed':
    'kann {has_os_user, select, yes {{os_user}} other {diese Person}} nicht auf die Personenliste setzen: seit der Genehmigung steht dort ein Eintrag, der diese Person nennt; sieh ihn dir an',
  'failure.not_isolated':
    'kann die Trennung nicht nachweisen: {has_who, select, yes {{who}} other {jemand}} erreicht {has_path, select, yes {{path}} other {Fremdes}}{has_why, select, yes { ({why})} other {}}; berichtige Besitz, Modus oder Gruppen und versuche es noch einmal',
  'failure.folder_not_usable':
    'kann den Ordner {path} als diese Person nicht benutzen: {has_why, select, yes {{why}} other {das System hat es verweigert}}; bringe ihn in Ordnung und versuche es noch einmal',
  'failure.agent_command_failed':
    'kann den Agent-Befehl{has_command, select, yes { {command}} other {}} als diese Person nicht ausführen: er endete mit {has_status, select, yes {Status {status}} other {einem Fehler}}; sieh dir die Ausgabe an',
  'failure.probe_failed':
    'kann nicht nachweisen, dass das Konto funktioniert: {has_why, select, yes {{why}} other {die Probe gab keine Antwort}}',
  'failure.via_failed':
    'kann als {has_user, select, yes {{user}} other {Dienstkonto}} nicht zu dieser Person werden: prüfe „smoke.via“ in der Konfiguration und die sudo-Regeln',
  'failure.service_not_active':
    'kann {unit} nicht wieder aktiv bekommen: Zustand {has_state, select, yes {{state}} other {unbekannt}}; siehe journalctl -u {unit}',
  'failure.service_start_limit':
    'kann {unit} nicht starten: die Grenze für Neustarts ist erreicht; führe systemctl reset-failed {unit} aus und starte es',
  'failure.interrupted':
    'kann nicht sagen, ob dieser Schritt getan wurde: der Worker wurde mittendrin angehalten',
  'failure.undo_incomplete':
    'kann nicht alles rückgängig machen: {has_why, select, yes {{why}} other {siehe die Ausgabe}}; sieh dir an, was übrig ist',
  'failure.step_unknown':
    'kann den Schritt{has_kind, select, yes { {kind}} other {}} nicht tun: diese Version von Usher kennt ihn nicht; nimm die Version, die ihn geplant hat',
  'failure.internal':
    'kann nicht weiter: ein Fehler in Usher selbst; bitte melde ihn mit der Ausgabe darunter',
  failure_output: '| {line}',
  'stuck.interrupted':
    'er wurde unterbrochen und wird immer wieder versucht (Abstand {every_ms}): {why, select, disk_full {die Platte ist voll; schaffe Platz} disk_read_only {das Dateisystem ist schreibgeschützt; hänge es beschreibbar ein} other {ein Fehler in Usher, siehe sein Protokoll}} (seit {since})',
  'stuck.lock':
    'er wartet auf die Sperre der Kontendatenbank{has_path, select, yes { {path}} other {}}{has_pid, select, yes {, gehalten von {has_program, select, yes {{program}} other {einem Prozess}} ({pid})} other {}} (seit {since})',
  'stuck.slow_step':
    'der Schritt „{step}“ dauert länger als üblich ({usual_ms}); spätestens nach {deadline_ms} wird er beendet (seit {since})',
  'stuck.clock_behind':
    'die Uhr zeigt {now}, genehmigt wurde aber um {approved_at}; stelle die Uhr (seit {since})',
  'stuck.other_run': 'er wartet auf Lauf {run} derselben Person (seit {since})',
  'stuck.turn':
    'er wartet, bis er an der Reihe ist; zur Zeit laufen andere: {has_running, select, yes {{running}} other {einige}} (seit {since})',
}
