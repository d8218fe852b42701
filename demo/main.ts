import { startShop } from './shop.ts'

/** The shop as a process of its own: `node demo/main.ts [RATE [SEED]]`. It ends with whoever started it. */
const [rate = '30', seed = '1'] = process.argv.slice(2)
const shop = await startShop({ rate: Number(rate), seed: Number(seed) })
if (process.send) process.send({ ports: shop.ports })
else
  console.error(
    `The shop is open: ${Object.entries(shop.ports)
      .map(([name, port]) => `${name} on port ${port}`)
      .join(', ')}`,
  )

const leave = async () => {
  await shop.stop()
  process.exit()
}
process.once('disconnect', leave)
process.once('SIGTERM', leave)
process.once('SIGINT', leave)
