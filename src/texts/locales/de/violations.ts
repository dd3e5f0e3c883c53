import type { violationsEn } from '../en/violations.ts'

export const violationsDe: Record<keyof typeof violationsEn, string> = {
  'violation.required': 'kann so nicht weitermachen: {label} fehlt; bitte angeben',
  'violation.unknown_field':
    'kann mit dem Feld „{has_value, select, yes {{value}} other {{label}}}“ nichts anfangen: lass es weg',
  'violation.wrong_type':
    'kann {has_value, select, yes {„{value}“} other {das}} hier nicht verwenden ({label}): {has_expected, select, yes {es muss anders aussehen ({expected})} other {es muss anders aussehen}}',
  'violation.telegram_id_invalid':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als Telegram-ID verwenden: gib die Zahl der Person an, eine ganze Zahl von 1 bis 2^52-1',
  'violation.telegram_id_on_roster':
    'kann {has_value, select, yes {die Telegram-ID {value}} other {die Telegram-ID dieser Person}} nicht hinzufügen: sie steht schon auf der Personenliste{has_os_user, select, yes { als {os_user}} other {}}; sieh dort nach',
  'violation.os_user_syntax':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als OS-Benutzer verwenden: nimm Kleinbuchstaben ohne Umlaute, Ziffern, „-“ und „_“, und beginne mit einem Buchstaben oder „_“',
  'violation.os_user_too_long':
    'kann keinen OS-Benutzer mit {has_length, select, yes {{length}} other {mehr als 32}} Zeichen verwenden: nimm höchstens 32',
  'violation.os_user_only_digits':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als OS-Benutzer verwenden: mindestens ein Buchstabe muss dabei sein',
  'violation.os_user_reserved':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als OS-Benutzer verwenden: der Name gehört dem System; wähle einen anderen',
  'violation.os_user_exists':
    'kann {has_value, select, yes {„{value}“} other {das Konto}} nicht anlegen: dieses Konto gibt es schon; wähle einen anderen Namen oder übernimm das Konto',
  'violation.account_not_created_here':
    'kann auf macOS keine Konten anlegen: lege {has_value, select, yes {„{value}“} other {es}} in den Systemeinstellungen an und übernimm es dann',
  'violation.os_user_missing':
    'kann {has_value, select, yes {„{value}“} other {das Konto}} nicht übernehmen: dieses Konto gibt es nicht; lege es an oder wähle ein vorhandenes',
  'violation.os_user_not_a_person':
    'kann das Konto{has_value, select, yes { „{value}“} other {}}{has_uid, select, yes { (uid {uid})} other {}} nicht verwenden: es gehört dem System und keiner Person; wähle ein anderes',
  'violation.os_user_not_yours':
    'kann das Konto{has_value, select, yes { „{value}“} other {}} nicht verwenden: im Einzelnutzerbetrieb geht nur das eigene Konto',
  'violation.os_user_on_roster':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als OS-Benutzer verwenden: {has_holder, select, yes {auf der Personenliste gehört der Name zu {holder}} other {der Name steht schon auf der Personenliste}}; wähle einen anderen',
  'violation.os_user_group_exists':
    'kann {has_value, select, yes {„{value}“} other {das Konto}} nicht anlegen: eine Gruppe dieses Namens gibt es schon; wähle einen anderen Namen oder entferne die Gruppe',
  'violation.uid_on_roster':
    'kann {has_value, select, yes {„{value}“} other {dieses Konto}} nicht verwenden: die uid{has_uid, select, yes { {uid}} other {}} steht {has_holder, select, yes {als {holder}} other {unter einem anderen Namen}} auf der Personenliste; eine uid ist eine Person',
  'violation.held_by_request':
    '{has_run, select, yes {kann das so nicht verwenden ({label}): die Rücknahme von {has_request, select, yes {Antrag {request}} other {einem anderen Antrag}} kam nicht zu Ende; führe sie zuerst fort („sudo usher run resume {run}“), oder nimm hin, was übrig ist („sudo usher run abandon {run} --reason TEXT“)} other {kann das so nicht verwenden ({label}): {has_request, select, yes {Antrag {request}} other {ein anderer Antrag}} hält es; entscheide ihn zuerst oder ziehe ihn zurück}}',
  'violation.role_unknown':
    'kann die Rolle{has_value, select, yes { „{value}“} other {}} nicht vergeben: die Konfiguration kennt sie nicht{has_known, select, yes {; wähle eine von diesen: {known}} other {}}',
  'violation.role_not_grantable':
    'kann die Rolle{has_value, select, yes { „{value}“} other {}} nicht vergeben: sie ist nicht für Personen; wähle eine andere',
  'violation.name_invalid':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als Namen verwenden: gib 1 bis 64 Zeichen an, ohne Zeilenumbruch, „:“ oder „,“',
  'violation.github_login_invalid':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als GitHub-Konto verwenden: nimm Buchstaben, Ziffern und einzelne „-“, höchstens 39 Zeichen',
  'violation.github_repo_invalid':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als GitHub-Repository verwenden: schreibe es als owner/repo',
  'violation.chat_id_invalid':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als Chat-ID verwenden: gib eine ganze Zahl an, die nicht 0 ist (bei Gruppen ist sie negativ)',
  'violation.budget_invalid':
    'kann {has_value, select, yes {„{value}“} other {das}} nicht als Budget verwenden: gib eine Zahl über 0 an',
  'violation.text_too_long':
    'kann das so nicht verwenden ({label}): es ist länger als {has_max, select, yes {{max} Zeichen} other {erlaubt}}; kürze es',
  'violation.text_has_control_characters':
    'kann {has_value, select, yes {„{value}“} other {das}} hier nicht verwenden ({label}): es enthält Steuerzeichen oder unsichtbare Zeichen; schreibe es noch einmal ohne sie',
  'violation.path_not_absolute':
    "kann {has_shown, select, yes {„{shown}“} other {das}} hier nicht verwenden ({label}): gib einen Pfad an, der mit „/“ oder '{home}' beginnt",
  'violation.path_not_allowed':
    'kann {has_shown, select, yes {„{shown}“} other {das}} hier nicht verwenden ({label}): {has_why, select, yes {{why}} other {es liegt außerhalb von dem, was eine Person haben darf}}; wähle etwas anderes',
  'violation.path_is_symlink':
    'kann den Pfad{has_path, select, yes { „{path}“} other {}} nicht verwenden: er ist ein symbolischer Link; lege dort den wirklichen Ordner an',
  'violation.path_not_a_directory':
    'kann den Pfad{has_path, select, yes { „{path}“} other {}} nicht verwenden: dort liegt etwas, das kein Ordner ist; räume es weg',
  'violation.path_wrong_owner':
    'kann den Pfad{has_path, select, yes { „{path}“} other {}} nicht verwenden: er gehört {has_owner, select, yes {{owner}} other {{has_uid, select, yes {uid {uid}} other {jemand anderem}}}}{has_expected, select, yes { statt {expected}} other {}}; berichtige den Besitz',
  'violation.path_writable_by_others':
    'kann den Pfad{has_path, select, yes { „{path}“} other {}} nicht verwenden: andere dürfen dort schreiben{has_mode, select, yes { (Modus {mode})} other {}}; führe dort „chmod go-w“ aus',
  'violation.path_unreadable':
    'kann den Pfad{has_path, select, yes { „{path}“} other {}} nicht lesen: {has_errno, select, yes {{errno}} other {{has_why, select, yes {{why}} other {das System hat es verweigert}}}}; sieh von Hand nach',
  'violation.group_missing':
    'kann nicht in die Gruppe{has_shown, select, yes { „{shown}“} other {}} aufnehmen: dieser Rechner hat sie nicht; lege sie an oder ändere die Rolle',
  'violation.owner_unknown':
    'kann {has_shown, select, yes {„{shown}“} other {dem vorgesehenen Konto}} keine Ordner geben: dieser Rechner hat kein solches Konto; berichtige „folders“ in der Konfiguration',
  'violation.adoption_reason_required':
    'kann ein Konto nicht ohne Grund übernehmen: nenne ihn, oder lass die Person, der es gehört, „usher claim“ ausführen',
  'violation.home_unusable':
    'kann das Home-Verzeichnis{has_shown, select, yes { „{shown}“} other {}} nicht verwenden: {has_why, select, yes {{why}} other {es fehlt oder ist nicht sicher}}; bringe es zuerst in Ordnung',
  'violation.shell_missing':
    'kann die Shell{has_shown, select, yes { „{shown}“} other {}} nicht verwenden: sie ist nicht installiert; installiere sie oder ändere die Rolle',
  'violation.program_missing':
    'kann ohne das Programm{has_shown, select, yes { „{shown}“} other {}} nicht weitermachen: es ist nicht installiert; installiere es',
  'violation.template_unreadable':
    'kann die Vorlage für das Erstgedächtnis{has_path, select, yes { „{path}“} other {}} nicht lesen: {has_why, select, yes {{why}} other {{has_errno, select, yes {{errno}} other {die Datei ist nicht brauchbar}}}}; berichtige sie oder „memory.template“ in der Konfiguration',
  'violation.roster_entry_changed':
    'kann {has_os_user, select, yes {„{os_user}“} other {das}} nicht reparieren: auf der Personenliste steht nicht mehr genau dieser Eintrag; führe noch einmal „usher reconcile“ aus',
  'violation.roster_unusable':
    'kann die Personenliste{has_path, select, yes { „{path}“} other {}} nicht verwenden: {has_why, select, yes {{why}} other {sie ist nicht lesbar}}; berichtige die Datei von Hand, nichts wurde geändert',
  'violation.disk_full':
    'kann unterhalb von {has_path, select, yes {„{path}“} other {dem Datenordner}} nicht schreiben: die Platte ist voll; schaffe Platz',
  'violation.disk_read_only':
    'kann unterhalb von {has_path, select, yes {„{path}“} other {dem Datenordner}} nicht schreiben: das Dateisystem ist schreibgeschützt; hänge es beschreibbar ein, oder nenne den Ordner, wenn nur der Dienst dort nicht schreiben darf, in seiner Unit: ReadWritePaths= mit systemctl edit usher-worker',
}
