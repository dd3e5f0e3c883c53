const WAIT_MS = 700
const MAX_LENGTH = 160

/**
 * Says what happens to whoever listens instead of looks. A card that is edited many times in a second is said once, as it
 * is in the end.
 */
export function createAnnouncer(region) {
  const waiting = new Map()
  const say = () => {
    region.textContent = [...waiting.values()].join('. ')
    waiting.clear()
  }
  return (key, text) => {
    if (waiting.size === 0) setTimeout(say, WAIT_MS)
    waiting.set(key, text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)} …` : text)
  }
}
