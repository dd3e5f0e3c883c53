import { Option } from 'commander'
import { parseDigest } from './arguments.ts'

/** `--approve [DIGEST]`: root decides what was just drafted; with a digest only that plan. */
export function approveOption(): Option {
  return new Option(
    '--approve [digest]',
    'as root: decide it at once; with =DIGEST only if the plan is that one',
  ).argParser(parseDigest)
}

/** `--wait`: follow the run to its end. */
export function waitOption(): Option {
  return new Option('--wait', 'follow the run and end with its receipt')
}
