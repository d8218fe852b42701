import { useLayoutEffect, useRef } from 'preact/hooks'
import type { CodeEditor, Language } from './code-editor.ts'
import { usePart } from './part.ts'

const load = () => import('./code-editor.ts').then(({ createCodeEditor }) => createCodeEditor)

/** Text to read, with colours, folding and search (Ctrl-F). Until the editor is loaded it stands there plain. Nothing of it is ever run. */
export function CodeView({ text, language, label }: { text: string; language: Language; label: string }) {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<CodeEditor>(undefined)
  const { state, value: createCodeEditor } = usePart(load)

  useLayoutEffect(() => {
    editor.current = createCodeEditor?.(host.current!, label)
    return () => editor.current?.destroy()
  }, [createCodeEditor])
  useLayoutEffect(() => editor.current?.show(text, language), [createCodeEditor, text, language])

  return (
    <div class="code-view">
      {state === 'missing' && <p class="soft">Plain, and only its beginning: colours, folding and search come when the server is back.</p>}
      <div class="code-host" ref={host} />
      {state !== 'there' && <pre>{text.slice(0, state === 'missing' ? MOST : FIRST)}</pre>}
    </div>
  )
}

/** More than anybody sees before the editor is there; and than a page bears without it. */
const FIRST = 10_000
const MOST = 200_000
