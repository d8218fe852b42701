import { defaultKeymap } from '@codemirror/commands'
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { missed } from './part.ts'

export type Language = 'json' | 'xml' | 'html' | 'text'

export interface CodeEditor {
  show(text: string, language: Language): void
  destroy(): void
}

/** Beyond this, colours would cost more than they tell. */
const COLOURED = 1_000_000

const LANGUAGES: Record<Language, () => Promise<Extension>> = {
  json: async () => (await import('@codemirror/lang-json')).json(),
  xml: async () => (await import('@codemirror/lang-xml')).xml(),
  html: async () => (await import('@codemirror/lang-html')).html(),
  text: async () => [],
}

/** A read-only editor in a shadow root of `host`; see `line-editor.ts` for why there. */
export function createCodeEditor(host: HTMLElement, label: string): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const language = new Compartment()
  let shown = 0
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      extensions: [
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true' }),
        EditorView.lineWrapping,
        foldGutter(),
        bracketMatching(),
        search({ top: true }),
        syntaxHighlighting(highlights),
        keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
        theme,
        language.of([]),
      ],
    }),
  })
  return {
    show(text, name) {
      const turn = ++shown
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: 0 },
        effects: language.reconfigure([]),
      })
      if (text.length > COLOURED) return
      LANGUAGES[name]().then(
        (extension) => {
          if (turn === shown) view.dispatch({ effects: language.reconfigure(extension) })
        },
        () => missed.value++, // without colours until it is shown again
      )
    },
    destroy: () => view.destroy(),
  }
}

const highlights = HighlightStyle.define([
  { tag: [tags.propertyName, tags.tagName, tags.angleBracket], color: 'var(--code-name)' },
  { tag: [tags.string, tags.attributeValue], color: 'var(--code-text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.attributeName], color: 'var(--code-key)' },
  { tag: [tags.keyword, tags.processingInstruction, tags.documentMeta], color: 'var(--code-key)' },
  { tag: [tags.comment], color: 'var(--ink-soft)' },
])

const theme = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'var(--ink)', height: '100%' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: '12px', lineHeight: '18px' },
  '.cm-content': { padding: '6px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 8px 0 2px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-soft)', border: 'none' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--select)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--sunken)', color: 'var(--ink-soft)', border: '1px solid var(--line)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--select)', outline: 'none' },
  '.cm-searchMatch': { backgroundColor: 'var(--mark)' },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-textfield, .cm-button': {
    backgroundColor: 'var(--paper)',
    backgroundImage: 'none',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: '3px',
  },
})
