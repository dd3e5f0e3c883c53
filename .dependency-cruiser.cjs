/** Import directions of the design: each rule names what a part may see; everything else is forbidden. */
const may = (name, from, ...targets) => ({
  name,
  severity: 'error',
  from: { path: `^${from}` },
  to: {
    path: '^(src|conversations|deploy|test)/',
    pathNot: [from, ...targets].map((target) => `^${target}`),
  },
})
const onlyIn = (name, library, ...homes) => ({
  name,
  severity: 'error',
  from: { path: '^(src|conversations)/', pathNot: homes.map((home) => `^${home}`) },
  to: { path: `(^|/)node_modules/${library}(/|$)` },
})

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    may('domain-is-pure', 'src/domain/'),
    may('protocol', 'src/protocol/', 'src/domain/'),
    may('client', 'src/client/', 'src/domain/', 'src/protocol/', 'src/peer/'),
    // What each command takes and does: read by the parts that are programs of their own, and by the help of all.
    may('command', 'src/command/'),
    // Who is at the other end of a socket: asked by both ends.
    may('peer', 'src/peer/'),
    // What each of the three services tells the service manager.
    may('supervision', 'src/supervision/'),
    may('texts', 'src/texts/', 'src/domain/', 'src/protocol/'),
    may('config', 'src/config/', 'src/domain/', 'src/protocol/'),
    may('conversations', 'conversations/', 'src/domain/', 'src/texts/'),
    may(
      'bot',
      'src/bot/',
      'src/command/',
      'src/domain/',
      'src/protocol/',
      'src/client/',
      'src/texts/',
      'src/config/',
      'src/supervision/',
      'conversations/',
    ),
    // It talks to Telegram and keeps small files as the bot does, and has nothing else of it.
    may(
      'witness',
      'src/witness/',
      'src/command/',
      'src/domain/',
      'src/protocol/',
      'src/client/',
      'src/texts/',
      'src/config/',
      'src/supervision/',
      'src/bot/telegram/(api|errors|pace|patient-fetch)\\.ts',
      'src/bot/state/(file-store|state-folder)\\.ts',
      'src/bot/(command-line|log)\\.ts',
    ),
    may(
      'cli',
      'src/cli/',
      'src/command/',
      'src/domain/',
      'src/protocol/',
      'src/client/',
      'src/texts/',
      'src/config/',
    ),
    may('provisioning', 'src/provisioning/', 'src/domain/'),
    may('store', 'src/store/', 'src/domain/'),
    may(
      'worker',
      'src/worker/',
      // A restore that was interrupted is finished before anything is read.
      'src/backup/(interrupted|restore-journal|files)\\.ts',
      'src/command/',
      'src/domain/',
      'src/protocol/',
      'src/provisioning/',
      'src/store/',
      'src/config/',
      'src/peer/',
      'src/supervision/',
    ),
    // `usher init` and `usher doctor` work on the host itself, before or without a worker.
    may(
      'setup',
      'src/setup/',
      'src/command/',
      'src/domain/',
      'src/protocol/',
      'src/client/',
      'src/texts/',
      'src/config/',
      'src/provisioning/',
      // How lines look on a terminal.
      'src/cli/output\\.ts',
      // What is installed: a file that `usher doctor` compares the host with.
      'src/install/record\\.ts',
    ),
    // `usher install` puts a staged tree where it belongs, and switches between versions.
    may(
      'install',
      'src/install/',
      'src/command/',
      'src/domain/',
      'src/protocol/',
      'src/texts/',
      'src/config/',
      'src/setup/',
      'src/provisioning/',
      'src/store/',
    ),
    // `usher backup` and `usher restore` read and write the files themselves, beside or without a worker.
    may(
      'backup',
      'src/backup/',
      'src/command/',
      'src/domain/',
      'src/protocol/',
      'src/client/',
      'src/texts/',
      'src/config/',
      'src/provisioning/',
      'src/store/',
    ),
    {
      name: 'no-test-code',
      severity: 'error',
      from: { path: '^(src|conversations|deploy)/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-deploy-code',
      severity: 'error',
      from: { path: '^(src|conversations)/' },
      to: { path: '^deploy/' },
    },
    onlyIn('grammy-home', '(grammy|@grammyjs)', 'src/bot/', 'src/witness/', 'conversations/'),
    {
      name: 'child-process-home',
      severity: 'error',
      from: { path: '^(src|conversations)/', pathNot: '^src/provisioning/host/' },
      to: { path: '^(node:)?child_process$' },
    },
    onlyIn('kysely-home', 'kysely', 'src/store/'),
    onlyIn('message-format-home', 'intl-messageformat', 'src/texts/'),
    onlyIn('koffi-home', 'koffi', 'src/peer/', 'src/supervision/', 'src/provisioning/host/'),
  ],
  options: {
    // This parser sees `import type` as well; `tsPreCompilationDeps` would ask for a compiler that is not needed.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    builtInModules: { add: ['node:sqlite'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json', '.cjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
}
