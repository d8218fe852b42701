import { bankRoutes, startAuditor } from './bank.ts'
import { createCaller, type Ports } from './call.ts'
import { catalogueRoutes } from './catalogue.ts'
import { startCustomers } from './customers.ts'
import { gatewayRoutes } from './gateway.ts'
import { startNames } from './names.ts'
import { orderRoutes } from './orders.ts'
import { paymentRoutes } from './payment.ts'
import { SERVICES, type ServiceName } from './places.ts'
import { randomFrom } from './random.ts'
import { type Handled, type Service, startService } from './service.ts'

export interface ShopOptions {
  /** Calls of customers a second; each makes one to four calls on the wire. */
  rate: number
  seed: number
  /** Port of each service on its own address; a free one is taken where it is in use. */
  port?: number
  handled?: (call: Handled) => void
}

export interface Shop {
  ports: Ports
  stop(): Promise<void>
}

/** The shop: five services and its customers, all in this process, over real sockets. */
export async function startShop({ rate, seed, port = 8000, handled = () => undefined }: ShopOptions): Promise<Shop> {
  const ports: Ports = { gateway: 0, catalogue: 0, orders: 0, payment: 0, bank: 0 }
  const spans = randomFrom(seed + 1)
  const callers = {
    customer: createCaller('customer', ports),
    gateway: createCaller('gateway', ports),
    orders: createCaller('orders', ports),
    payment: createCaller('payment', ports),
  }
  const routes = {
    gateway: gatewayRoutes(callers.gateway.call),
    catalogue: catalogueRoutes,
    orders: orderRoutes(callers.orders.call),
    payment: paymentRoutes(callers.payment.call),
    bank: bankRoutes(),
  }
  const services: Service[] = []
  for (const name of SERVICES) {
    const service = await startService(name, port, routes[name], spans, handled)
    services.push(service)
    ports[name satisfies ServiceName] = service.port
  }
  const names = await startNames(randomFrom(seed + 2))
  const auditor = startAuditor(ports.bank)
  const stopCustomers = startCustomers(callers.customer.call, rate, randomFrom(seed))
  return {
    ports,
    async stop() {
      await stopCustomers()
      names.stop()
      auditor.stop()
      for (const { close } of Object.values(callers)) close()
      await Promise.all(services.map((service) => service.close()))
    },
  }
}
