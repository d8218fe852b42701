import { licenseUsage } from '#events/license-usage.ts'
import type { Handler } from '../declare.ts'
import type { Books } from './books.ts'
import { LEDGER, type Ledger } from './ledger.ts'

/** Counts what a meter says. One that is not believed is kept with its reason, for the owner to see, and never sent again. */
export const license =
  ({ books, now }: { books: Books<Ledger>; now: () => number }): Handler =>
  async (event) => {
    const usage = licenseUsage.check(event.data)
    await books.write(LEDGER, (ledger) => ledger.take(usage, now()))
  }
