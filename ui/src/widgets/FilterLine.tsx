import type { RefObject } from 'preact'
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Completions, LineEditor, Mark } from './line-editor.ts'
import { usePart } from './part.ts'

export interface FilterLineProps {
  label: string
  placeholder: string
  value: string
  onInput(value: string): void
  onSubmit(): void
  /** Where the value is wrong. */
  fault: { offset: number; length: number } | undefined
  /** Id of the element that says what is wrong. */
  describedBy: string
  /** Whether it is time to say so. */
  loud: boolean
  /** Colours the parts of the text. */
  marksOf(text: string): Mark[]
  complete(text: string, cursor: number): Promise<Completions>
  handle: RefObject<{ focus(): void } | null>
}

/**
 * One line of a query language. It begins as a plain input that works already; the editor with colours and completion
 * takes its place when it has been loaded, with what was typed meanwhile.
 */
export function FilterLine(props: FilterLineProps) {
  const plain = useRef<HTMLInputElement>(null)
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<LineEditor>(undefined)
  const latest = useRef(props)
  latest.current = props
  const { value: createLineEditor } = usePart(load)
  const [loaded, setLoaded] = useState(false)

  useImperativeHandle(props.handle, () => ({ focus: () => (editor.current ?? plain.current)?.focus() }), [])

  useEffect(() => {
    if (!createLineEditor) return
    const input = plain.current!
    const focused = document.activeElement === input
    const made = createLineEditor(host.current!, {
      label: props.label,
      placeholder: props.placeholder,
      describedBy: props.describedBy,
      value: latest.current.value,
      cursor: input.selectionStart ?? latest.current.value.length,
      onInput: (value) => latest.current.onInput(value),
      onSubmit: () => latest.current.onSubmit(),
      marksOf: (text) => latest.current.marksOf(text),
      complete: (text, cursor) => latest.current.complete(text, cursor),
    })
    editor.current = made
    setLoaded(true)
    if (focused) made.focus()
    return () => made.destroy()
  }, [createLineEditor])

  // Before the next key: later, a value that is no longer the newest would overwrite what was typed meanwhile.
  useLayoutEffect(() => editor.current?.setValue(props.value), [props.value])
  useEffect(() => editor.current?.setFault(props.fault), [props.fault, loaded])

  return (
    <div class={`filter-line ${props.loud ? 'faulty' : ''}`}>
      <div ref={host} class="filter-editor" hidden={!loaded} />
      {!loaded && (
        <input
          ref={plain}
          class="filter-plain"
          type="text"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          aria-label={props.label}
          aria-invalid={props.fault !== undefined}
          aria-describedby={props.describedBy}
          placeholder={props.placeholder}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && props.onSubmit()}
        />
      )}
    </div>
  )
}

/** After what is needed first. Safari has no requestIdleCallback. */
const idle = () =>
  new Promise<unknown>((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(resolve, { timeout: 2000 })
    else setTimeout(resolve, 200)
  })
const load = () =>
  idle()
    .then(() => import('./line-editor.ts'))
    .then(({ createLineEditor }) => createLineEditor)
