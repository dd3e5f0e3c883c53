import { expect, test } from 'vitest'
import { swapUndos } from '../../attacks/swap-undos.ts'

test('undo after undo against processes that swap folders touches nothing of anybody else', {
  timeout: 60_000,
}, async () => {
  const result = await swapUndos({ undos: 1000, seconds: 8 })
  console.log('short version of npm run swap-undos:', result)
  expect(result.wrong).toEqual([])
  expect(result.undos).toBeGreaterThan(10)
  expect(result.swaps.owner).toBeGreaterThan(result.undos)
  expect(result.swaps.accomplice).toBeGreaterThan(result.undos)
  expect(result.longestMs).toBeLessThan(10_000)
})
