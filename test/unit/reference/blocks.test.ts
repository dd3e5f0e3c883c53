import { expect, it } from 'vitest'
import { blocksOf, renewed, table } from '../../../deploy/reference/blocks.ts'

const PAGE =
  'before\n<!-- made: one -->\nold\n<!-- end -->\nbetween\n<!-- made: two -->\n<!-- end -->\nafter\n'

it('renews what is made and leaves everything else as it is', () => {
  expect(renewed(PAGE, (name) => `new ${name}`)).toBe(
    'before\n<!-- made: one -->\nnew one\n<!-- end -->\nbetween\n<!-- made: two -->\nnew two\n<!-- end -->\nafter\n',
  )
  expect(blocksOf(PAGE)).toEqual(['one', 'two'])
})

it('takes what was made already for current', () => {
  const once = renewed(PAGE, (name) => `new ${name}`)
  expect(renewed(once, (name) => `new ${name}`)).toBe(once)
})

it('does not keep silent about a block that nothing makes', () => {
  expect(() => renewed(PAGE, () => null)).toThrow("cannot make the block 'one'")
})

it('keeps a bar within its cell', () => {
  expect(table(['a', 'b'], [['x|y', 'z']])).toBe('| a | b |\n|---|---|\n| x\\|y | z |')
})
