/** Performs an action as somebody; gives what the server answered. */
export async function perform(action) {
  try {
    const response = await fetch('act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(action),
    })
    return await response.json()
  } catch {
    return { ok: false, error: 'cannot reach the demo: is it still running?' }
  }
}

export async function endDemo() {
  await fetch('end', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
}

/** Follows what happens; the browser connects again by itself, and is then told everything anew. */
export function follow(on) {
  const events = new EventSource('events')
  let over = false
  events.addEventListener('cast', (event) => on.cast(JSON.parse(event.data)))
  events.addEventListener('phone', (event) => on.phone(JSON.parse(event.data)))
  events.addEventListener('host', (event) => on.host(JSON.parse(event.data).host))
  events.addEventListener('end', () => {
    over = true
    events.close()
    on.connection('ended')
  })
  events.addEventListener('open', () => on.connection('open'))
  events.addEventListener('error', () => {
    if (!over) on.connection(events.readyState === EventSource.CLOSED ? 'ended' : 'lost')
  })
}
