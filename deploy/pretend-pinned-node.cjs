// Preloaded into npm while it installs: it shall judge packages by the Node that will run them, the pinned one, and not
// by the older one that happens to start npm. For optional packages that is no matter of warnings: npm leaves out those
// whose `engines` do not match, and with them the native parts of the tools.
const { optionalDependencies } = require('../package.json')

const pinned = Object.entries(optionalDependencies).find(([name]) => name.startsWith('node-'))
Object.defineProperty(process, 'version', { value: `v${pinned[1]}` })
