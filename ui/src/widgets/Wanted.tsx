import type { ComponentChildren, ComponentType } from 'preact'
import { again, usePart } from './part.ts'

interface WantedProps<Properties> {
  /** Loads the component: the same function whenever it is the same component. */
  load(): Promise<ComponentType<Properties>>
  with: Properties
  /** What stands there until it is loaded. */
  children?: ComponentChildren
}

/** A component that is loaded when it is wanted. */
export function Wanted<Properties extends object>({ load, with: properties, children }: WantedProps<Properties>) {
  const { state, value: Content } = usePart(load)
  if (Content) return <Content {...properties} />
  return (
    <>
      {state === 'missing' && <Missing />}
      {children}
    </>
  )
}

function Missing() {
  return (
    <p class="padded error" role="alert">
      This part of the page could not be loaded: the server does not answer, or was updated meanwhile. It comes when the server is back.{' '}
      <button type="button" onClick={() => again.value++}>
        Try again
      </button>{' '}
      <button type="button" onClick={() => location.reload()}>
        Load the page again
      </button>
    </p>
  )
}
