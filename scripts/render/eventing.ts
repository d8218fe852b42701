import type { Deployed } from './model.ts'
import { BROKER, labels, type Manifest } from './services.ts'

/** Tried again after 0.5, 1, 2 … 256 s, about eight minutes in all; then the event goes to the dead letters with its reason. */
export const delivery = {
  retry: 10,
  backoffPolicy: 'exponential',
  backoffDelay: 'PT0.5S',
  deadLetterSink: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'dead-letters' } },
}

export const broker = (): Manifest => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Broker',
  metadata: { name: BROKER, labels: labels('broker'), annotations: { 'eventing.knative.dev/broker.class': 'MTChannelBasedBroker' } },
  spec: { delivery },
})

/** A trigger for each type of event that a function consumes. The order is asked for; brokers that know none ignore it. */
export const triggers = ({ name, timeout, triggers }: Deployed): Manifest[] =>
  triggers.map(({ name: trigger, type, ordered }) => ({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: {
      name: trigger,
      labels: labels(name),
      annotations: { 'kafka.eventing.knative.dev/delivery.order': ordered ? 'ordered' : 'unordered' },
    },
    spec: {
      broker: BROKER,
      filter: { attributes: { type } },
      subscriber: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name } },
      delivery: { ...delivery, timeout: `PT${timeout}S` },
    },
  }))
