import { element } from './dom.js'

/** Shows accounts and roster as they are on the host; what is new since the page was opened is marked, in words too. */
export function createHostPanel(node) {
  let first = null
  return (host) => {
    first ??= new Set(host.accounts?.map(({ name }) => name))
    const accounts = host.accounts?.map(({ name, uid, groups }) => {
      const isNew = !first.has(name)
      return element(
        'li',
        { class: isNew ? 'new' : null },
        element('code', {}, name),
        ` uid ${uid}, ${groups.length === 1 ? 'group' : 'groups'} ${groups.join(', ')}`,
        isNew ? element('strong', { class: 'mark' }, ' new') : null,
      )
    })
    const open = node.querySelector('details')?.open ?? false
    node.replaceChildren(
      ...(accounts ? [element('ul', {}, accounts)] : []),
      element(
        'details',
        { open },
        element('summary', {}, 'The roster, users.yaml'),
        element('pre', { tabindex: '0' }, host.roster.trimEnd()),
      ),
    )
  }
}
