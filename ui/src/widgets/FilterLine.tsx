import type { RefObject } from 'preact'
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Completions, LineEditor, Mark } from './line-editor.ts'

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
  const [loaded, setLoaded] = useState(false)

  useImperativeHandle(props.handle, () => ({ focus: () => (editor.current ?? plain.current)?.focus() }), [])

  useEffect(() => {
    let gone = false
    const load = async () => {
      const { createLineEditor } = await import('./line-editor.ts')
      if (gone) return
      const input = plain.current!
      const focused = document.activeElement === input
      editor.current = createLineEditor(host.current!, {
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
      setLoaded(true)
      if (focused) editor.current.focus()
    }
    const cancel = whenIdle(load)
    return () => {
      gone = true
      cancel()
      editor.current?.destroy()
    }
  }, [])

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

/** Safari has no requestIdleCallback. */
function whenIdle(work: () => void): () => void {
  if ('requestIdleCallback' in window) {
    const idle = requestIdleCallback(work, { timeout: 2000 })
    return () => cancelIdleCallback(idle)
  }
  const timer = setTimeout(work, 200)
  return () => clearTimeout(timer)
}
