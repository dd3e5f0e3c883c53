import { type CommandDescription, JSON_OPTION } from '../command.ts'

export const INSTALL = {
  name: 'install',
  summary: 'puts Usher onto this machine as services of systemd, or takes it away again',
  description:
    'Installs the version that this command belongs to: the program under /opt/usher, three services, two service accounts, folders, a first config. Everything is looked at before anything is changed; each change is printed; a second time nothing changes; whatever goes wrong, everything done so far is taken back. The services are enabled, so that they start with the machine, and not started, unless you say so.\n\nFrom a checkout it first stages an image into a folder that only root can write, and installs that. Where the checkout belongs to somebody else, what is staged is made as that account and root asks before it installs it.\n\nTaking it away stops the services first and is refused while a run is under way. What you changed or added yourself stays and is named.',
  arguments: [],
  options: {
    'dry-run': { summary: 'print each change and make none' },
    now: { summary: 'start the services too, and wait until they are ready' },
    uninstall: { summary: 'take the program and its services away; config, roster and data stay' },
    purge: {
      summary:
        "take away everything that Usher brought; not people's accounts, a roster that was there before, or data",
    },
    'purge-data': {
      summary: "with --purge: also people's memories and histories, and the history of decisions",
    },
    switch: {
      value: 'VERSION',
      summary: 'put another version that lies there in use; without VERSION: print which there are',
    },
    'give-up-newer': {
      summary:
        'with --switch: put back the database from before the migration, although something was accepted since; the present one is kept aside',
    },
    'ready-within': {
      value: 'SECONDS',
      summary:
        'how long the services may take until they are ready, before the version from before is put back (60)',
    },
    'trust-owner': {
      value: 'NAME',
      summary: 'install from a checkout or image that this account can write, without asking',
    },
    json: JSON_OPTION,
    package: {
      value: 'WORD',
      hidden: true,
      summary: 'what a script of the package asks for: configure or remove',
    },
    scratch: { value: 'FOLDER', hidden: true, summary: 'the folder that this image was staged into' },
  },
  examples: [
    { line: 'sudo ./usher install --dry-run', why: 'from a checkout: what would change' },
    { line: 'sudo ./usher install', why: 'then sudo usher setup' },
    { line: 'sudo usher install --uninstall' },
    { line: 'sudo usher install --switch', why: 'which versions lie there' },
    {
      line: 'sudo usher install --purge --purge-data',
      why: 'nothing of Usher is left, accounts of people aside',
    },
  ],
  exits: {
    0: 'it is installed, or taken away, or a dry run found nothing in the way',
    1: 'something failed; what had been done was taken back',
    2: 'something stands in the way, and nothing was changed; or a command that cannot be understood',
    3: 'not permitted: this needs root',
    4: 'a run or another installation is under way',
  },
} as const satisfies CommandDescription
