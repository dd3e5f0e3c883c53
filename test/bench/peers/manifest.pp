# The people of the bench as a manifest: account, two groups, two folders, seed file, roster line, smoke test.
# Looked up (a JSON file): people [{os_user, uid, name, telegram_id}], group, data, roster, agent, smoke.
$group = lookup('group')
$data = lookup('data')
$roster = lookup('roster')
$agent = lookup('agent')
$smoke = lookup('smoke')

lookup('people').each |$person| {
  $name_ = $person['os_user']
  $uid = $person['uid']
  $memory = "${data}/memory/${person['telegram_id']}"
  $history = "${data}/history/${person['telegram_id']}"

  group { $name_:
    ensure => present,
    gid    => $uid,
  }
  user { $name_:
    ensure     => present,
    uid        => $uid,
    gid        => $uid,
    groups     => [$group],
    membership => minimum,
    comment    => $person['name'],
    home       => "/home/${name_}",
    shell      => '/bin/bash',
  }
  file { [$memory, $history]:
    ensure => directory,
    owner  => $uid,
    group  => $uid,
    mode   => '0700',
  }
  file { "${memory}/MEMORY.md":
    ensure  => file,
    content => "# Memory\n",
    replace => false,
    owner   => $uid,
    group   => $uid,
    mode    => '0600',
  }
  exec { "roster ${name_}":
    command => ['/bin/sh', '-c', "echo '  - telegram_id: ${person['telegram_id']}' >>${roster}"],
    unless  => [['/bin/grep', '-qxF', "  - telegram_id: ${person['telegram_id']}", $roster]],
  }
  # Run as the check, so that a run in which nothing differs changes nothing.
  exec { "smoke ${name_}":
    command => '/bin/false',
    unless  => [[
      '/usr/bin/setpriv', "--reuid=${uid}", "--regid=${uid}", '--init-groups', '--',
      '/bin/sh', $smoke, $memory, $history, $roster, $agent,
    ]],
    require => [User[$name_], File[$memory, $history]],
  }
}
