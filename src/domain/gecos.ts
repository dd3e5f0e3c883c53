/**
 * A name for the GECOS field: its separators (`,` `:` `=`), line ends and everything invisible are taken out, because
 * other programs split it and show it raw. At most 100 characters.
 */
export function gecosOf(name: string): string {
  return [...name.normalize('NFC').replace(/[,:=\\&"]/g, ' ')]
    .filter((character) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(character))
    .join('')
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, 100)
    .trim()
}

/** What the GECOS field says until the run has made the account active: proves whose it is. */
export function markerGecos(marker: string): string {
  return `usher run ${marker}`
}
