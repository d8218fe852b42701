import { useEffect, useRef } from 'preact/hooks'
import type { CodeEditor, Language } from './code-editor.ts'

/** Text to read, with colours, folding and search (Ctrl-F). Until the editor is loaded it stands there plain. Nothing of it is ever run. */
export function CodeView({ text, language, label }: { text: string; language: Language; label: string }) {
  const host = useRef<HTMLDivElement>(null)
  const plain = useRef<HTMLPreElement>(null)
  const editor = useRef<CodeEditor>(undefined)
  const latest = useRef({ text, language })
  latest.current = { text, language }

  useEffect(() => {
    let gone = false
    void import('./code-editor.ts').then(({ createCodeEditor }) => {
      if (gone) return
      editor.current = createCodeEditor(host.current!, label)
      editor.current.show(latest.current.text, latest.current.language)
      plain.current!.hidden = true
    })
    return () => {
      gone = true
      editor.current?.destroy()
    }
  }, [])
  useEffect(() => editor.current?.show(text, language), [text, language])

  return (
    <div class="code-view">
      <div class="code-host" ref={host} />
      <pre ref={plain}>{text.slice(0, FIRST)}</pre>
    </div>
  )
}

/** More than anybody sees before the editor is there. */
const FIRST = 10_000
