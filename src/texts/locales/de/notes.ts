import type { notesEn } from '../en/notes.ts'

export const notesDe: Record<keyof typeof notesEn, string> = {
  'step.account': 'Konto',
  'step.groups': 'Gruppen',
  'step.data-dirs': 'Ordner',
  'step.memory-seed': 'Erstgedächtnis',
  'step.smoke-test': 'Isolationsnachweis und Funktionstest',
  'step.activation': 'Aktivierung',
  'step.roster': 'Personenliste',
  'step.service': 'Dienste',
  'note.account.create':
    'das Konto {os_user} mit Home-Verzeichnis {home} und Shell {shell} anlegen; gesperrt und abgelaufen bis zum Nachweis',
  'note.account.created':
    'Konto {os_user}{has_uid, select, yes { (uid {uid})} other {}} mit Home-Verzeichnis {home} angelegt',
  'note.account.adopt':
    'das vorhandene Konto {os_user}{has_uid, select, yes { (uid {uid})} other {}} übernehmen, wie es ist',
  'note.account.adopted':
    'vorhandenes Konto {os_user}{has_uid, select, yes { (uid {uid})} other {}} übernommen, wie es ist',
  'note.account.power.groups':
    'das Konto ist in {group_count, plural, one {der Gruppe} other {den Gruppen}} {groups}',
  'note.account.power.sudo': 'das Konto hat sudo-Regeln: {rules}',
  'note.account.power.linger': 'das Konto lässt Dienste auch nach dem Abmelden weiterlaufen (linger)',
  'note.account.power.keys':
    'das Konto hat {has_count, select, yes {{count, plural, one {1 zugelassenen SSH-Schlüssel} other {# zugelassene SSH-Schlüssel}}} other {zugelassene SSH-Schlüssel}}',
  'note.account.last_login': 'letzte Anmeldung am Konto: {at}',
  'note.account.removed': 'Konto {os_user}{has_uid, select, yes { (uid {uid})} other {}} entfernt',
  'note.account.processes_ended':
    '{has_count, select, yes {{count, plural, one {1 Prozess} other {# Prozesse}}} other {Prozesse}} des Kontos beendet',
  'note.account.home_removed': 'Home-Verzeichnis {home} entfernt',
  'note.account.home_quarantined':
    'aufgehoben, was im Home-Verzeichnis {home} entstanden war: es liegt unter {path}, damit root es ansehen kann',
  'note.account.leftovers_kept':
    '{has_count, select, yes {{count, plural, one {1 Ordner} other {# Ordner}}} other {Ordner}} des Kontos stehen lassen, weil andere etwas hineingelegt haben oder dort etwas eingehängt ist: {paths}',
  'note.account.kept_not_ours':
    'Konto {os_user} nicht angerührt: es ist nicht mehr das, das dieser Lauf angelegt hat',
  'note.groups.add': 'in die {group_count, plural, one {Gruppe} other {Gruppen}} {groups} aufnehmen',
  'note.groups.added': 'in die {group_count, plural, one {Gruppe} other {Gruppen}} {groups} aufgenommen',
  'note.groups.member':
    '{has_groups, select, yes {schon in {group_count, plural, one {der Gruppe} other {den Gruppen}} {groups}} other {keine Gruppe nötig}}',
  'note.groups.left': 'aus {group_count, plural, one {der Gruppe} other {den Gruppen}} {groups} genommen',
  'note.dir.make':
    'den Ordner {path} anlegen, im Besitz von {owner}{has_mode, select, yes {, Modus {mode}} other {}}',
  'note.dir.made': 'Ordner {path} angelegt',
  'note.dir.exists': 'der Ordner {path} ist schon da',
  'note.dir.removed': 'Ordner {path} entfernt',
  'note.dir.quarantined':
    'aufgehoben, was im Ordner {path} war: es liegt unter {kept_at}, damit root es ansehen kann',
  'note.dir.kept': 'Ordner {path} nicht angerührt: er ist nicht mehr so, wie dieser Lauf ihn hinterließ',
  'note.seed.write': 'das Erstgedächtnis {path} aus der Vorlage schreiben',
  'note.seed.written': 'Erstgedächtnis {path} geschrieben',
  'note.seed.exists': 'das Gedächtnis {path} ist schon da',
  'note.seed.removed': 'Erstgedächtnis {path} entfernt',
  'note.seed.kept': 'Gedächtnis {path} nicht angerührt: es wurde seitdem geändert',
  'note.seed.none': 'keine Vorlage für ein Erstgedächtnis eingestellt',
  'note.smoke.will_prove':
    'nachweisen, dass das Konto in beiden Richtungen von anderen getrennt ist und dass seine Ordner und der Agent als diese Person funktionieren',
  'note.smoke.isolation_proven':
    'Trennung in beiden Richtungen nachgewiesen{has_paths, select, yes { ({paths, plural, one {1 Pfad} other {# Pfade}})} other {}}',
  'note.smoke.isolation_not_applicable': 'Trennung nicht anwendbar: nur ein Nutzer',
  'note.smoke.root_equivalent': 'niemand ist von {os_user} getrennt: dieses Konto kann root werden ({why})',
  'note.smoke.folders_proven':
    'in {has_count, select, yes {{count, plural, one {1 Ordner} other {# Ordnern}}} other {Ordnern}} eine Datei geschrieben, gelesen und entfernt',
  'note.smoke.agent_ran':
    'Agent-Befehl{has_command, select, yes { {command}} other {}} ausgeführt{has_ms, select, yes { ({ms})} other {}}',
  'note.smoke.via_proven': 'das Dienstkonto {user} kann zu dieser Person werden',
  'note.smoke.agent_left_files':
    'der Agent-Befehl hinterließ {has_count, select, yes {{count, plural, one {1 neuen Eintrag} other {# neue Einträge}}} other {neue Einträge}} in {has_home, select, yes {{home}} other {dem Home-Verzeichnis}}{has_names, select, yes {: {names}} other {}}',
  'note.activation.lift': 'das Konto aktivieren: seinen Ablauf aufheben',
  'note.activation.lift_on_start':
    'das Konto aktivieren, sobald {has_telegram_id, select, yes {die Telegram-ID {telegram_id}} other {diese Telegram-ID}} beim Bot „Start“ gedrückt hat; bis dahin bleibt es abgelaufen, weil die ID nicht so nachgewiesen ist',
  'note.activation.waits_for_start':
    'das Konto ist noch nicht aktiv: es wird aktiv, wenn {has_telegram_id, select, yes {die Telegram-ID {telegram_id}} other {diese Telegram-ID}} beim Bot „Start“ drückt',
  'note.activation.kept':
    'Konto{has_os_user, select, yes { {os_user}} other {}} so gelassen: sein Ablauf wurde von Hand geändert, während es wartete',
  'note.activation.lifted': 'Konto aktiviert',
  'note.activation.not_needed': 'das Konto ist schon aktiv',
  'note.activation.expired_again': 'Zugang wieder genommen: das Konto ist abgelaufen',
  'note.roster.append':
    'auf die Personenliste setzen{has_role, select, yes {, mit der Rolle {role}} other {}}',
  'note.roster.appended':
    'auf die Personenliste gesetzt{has_role, select, yes {, mit der Rolle {role}} other {}}',
  'note.roster.present': 'schon auf der Personenliste',
  'note.roster.record': 'den von Hand geschriebenen Eintrag der Personenliste übernehmen, wie er dort steht',
  'note.roster.removed': 'Eintrag aus der Personenliste genommen',
  'note.roster.kept': 'Eintrag der Personenliste nicht angerührt: er wurde seitdem von Hand geändert',
  'note.service.restart': '{unit} neu starten und warten, bis es aktiv ist',
  'note.service.reload': '{unit} neu laden und warten, bis es aktiv ist',
  'note.service.remind': 'von Hand zu tun: {unit} neu starten, damit es diese Person kennt',
  'note.service.none': 'kein Dienst eingestellt',
  'note.service.active': '{unit} ist aktiv{has_ms, select, yes { ({ms})} other {}}',
  'note.service.settled': '{unit} nach der Rücknahme einmal neu gestartet',
  'note.undo.will_undo': 'den Schritt „{step}“ nach seiner Aufzeichnung rückgängig machen',
}
