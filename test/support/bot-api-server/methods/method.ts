import type { ApiResult } from '../api-result.ts'
import type { Params } from '../params.ts'
import type { Account } from '../state/account.ts'

/** One Bot API method. `signal` is aborted when the client goes away or the server closes. */
export type Method = (account: Account, params: Params, signal: AbortSignal) => ApiResult | Promise<ApiResult>
