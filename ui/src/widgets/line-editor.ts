import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
  moveCompletionSelection,
  selectedCompletion,
  startCompletion,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { EditorState, Prec, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, keymap, placeholder, ViewPlugin } from '@codemirror/view'

export interface Mark {
  from: number
  to: number
  /** Class of the part, without its prefix `q-`. */
  kind: string
}

export interface Completions {
  from: number
  to: number
  options: { label: string; detail: string; apply: string /** Asks for what comes next when taken. */; goesOn: boolean }[]
}

export interface LineEditor {
  focus(): void
  setValue(value: string): void
  setFault(fault: { offset: number; length: number } | undefined): void
  destroy(): void
}

interface LineEditorOptions {
  label: string
  placeholder: string
  describedBy: string
  value: string
  cursor: number
  onInput(value: string): void
  onSubmit(): void
  marksOf(text: string): Mark[]
  complete(text: string, cursor: number): Promise<Completions>
}

/**
 * An editor of one line in `host`. It lives in a shadow root: there CodeMirror puts its rules into a constructed style sheet,
 * which the page's security policy allows, where it would otherwise write a style element, which it does not.
 */
export function createLineEditor(host: HTMLElement, options: LineEditorOptions): LineEditor {
  const root = host.attachShadow({ mode: 'open' })
  let quiet = false
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.value,
      selection: { anchor: Math.min(options.cursor, options.value.length) },
      extensions: [
        oneLine,
        history(),
        placeholder(options.placeholder),
        theme,
        faults,
        colours(options.marksOf),
        autocompletion({
          override: [source(options.complete)],
          icons: false,
          selectOnOpen: false,
          activateOnTypingDelay: 60,
          maxRenderedOptions: 60,
        }),
        EditorView.contentAttributes.of({
          'aria-label': options.label,
          'aria-describedby': options.describedBy,
          spellcheck: 'false',
          autocapitalize: 'off',
        }),
        Prec.high(keymap.of([{ key: 'Tab', run: take }])),
        keymap.of([...completionKeymap, ...historyKeymap]),
        keymap.of([
          {
            key: 'Enter',
            run: () => {
              options.onSubmit()
              return true
            },
          },
          { key: 'Escape', run: leave },
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) options.onInput(update.state.doc.toString())
        }),
      ],
    }),
  })
  return {
    focus: () => view.focus(),
    setValue(value) {
      if (view.state.doc.toString() === value) return
      quiet = true
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value }, selection: { anchor: value.length } })
      quiet = false
    },
    setFault: (fault) => view.dispatch({ effects: showFault.of(fault) }),
    destroy: () => view.destroy(),
  }
}

const oneLine = EditorState.transactionFilter.of((transaction) => {
  if (transaction.newDoc.lines === 1) return transaction
  const text = transaction.newDoc.toString().replace(/\s*\n\s*/g, ' ')
  return [{ changes: { from: 0, to: transaction.startState.doc.length, insert: text }, selection: { anchor: text.length } }]
})

/** Tab takes the chosen completion, or the first. Without a list it moves on, as everywhere. */
function take(view: EditorView): boolean {
  if (selectedCompletion(view.state) === null) moveCompletionSelection(true)(view)
  return acceptCompletion(view)
}

function leave(view: EditorView): boolean {
  view.contentDOM.blur()
  return true
}

const source =
  (complete: LineEditorOptions['complete']) =>
  async (context: CompletionContext): Promise<CompletionResult | null> => {
    const { from, to, options } = await complete(context.state.doc.toString(), context.pos)
    if (context.aborted || options.length === 0) return null
    return {
      from,
      to,
      filter: false,
      options: options.map(({ label, detail, apply, goesOn }) => ({
        label,
        detail,
        apply: (view, _completion, start, end) => {
          view.dispatch({
            changes: { from: start, to: end, insert: apply },
            selection: { anchor: start + apply.length },
            userEvent: 'input.complete',
          })
          if (goesOn) startCompletion(view)
        },
      })),
    }
  }

const showFault = StateEffect.define<{ offset: number; length: number } | undefined>()
const faultMark = Decoration.mark({ class: 'q-fault' })
const faults = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(showFault)) continue
      const end = transaction.state.doc.length
      if (!effect.value || end === 0) return Decoration.none
      const from = Math.min(effect.value.offset, end - 1)
      return Decoration.set(faultMark.range(from, Math.min(Math.max(effect.value.offset + effect.value.length, from + 1), end)))
    }
    return marks.map(transaction.changes)
  },
  provide: (field) => EditorView.decorations.from(field),
})

const colours = (marksOf: (text: string) => Mark[]) => {
  const paint = (view: EditorView): DecorationSet => {
    const builder = new RangeSetBuilder<Decoration>()
    for (const { from, to, kind } of marksOf(view.state.doc.toString()))
      if (to > from) builder.add(from, to, Decoration.mark({ class: `q-${kind}` }))
    return builder.finish()
  }
  return ViewPlugin.define(
    (view) => ({
      marks: paint(view),
      update(update) {
        if (update.docChanged) this.marks = paint(update.view)
      },
    }),
    { decorations: (plugin) => plugin.marks },
  )
}

const theme = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: '12.5px', lineHeight: '28px', overflowX: 'auto', scrollbarWidth: 'none' },
  '.cm-content': { padding: '0 8px', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0' },
  '.cm-placeholder': { color: 'var(--ink-soft)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--select)' },
  '.q-field': { color: 'var(--code-name)' },
  '.q-word': { color: 'var(--code-text)' },
  '.q-keyword': { color: 'var(--code-key)', fontWeight: '600' },
  '.q-fault': { textDecoration: 'underline wavy var(--error-ink)', textDecorationSkipInk: 'none', textUnderlineOffset: '3px' },
  '.cm-tooltip.cm-tooltip-autocomplete': {
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
    backgroundColor: 'var(--raised)',
    boxShadow: 'var(--shadow)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mono)',
    fontSize: '12px',
    maxHeight: '280px',
    minWidth: '320px',
    maxWidth: '640px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    gap: '16px',
    justifyContent: 'space-between',
    padding: '3px 10px',
    lineHeight: '18px',
    color: 'var(--ink)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--select)', color: 'var(--ink)' },
  '.cm-completionLabel': { overflow: 'hidden', textOverflow: 'ellipsis' },
  '.cm-completionDetail': {
    fontStyle: 'normal',
    fontFamily: 'var(--sans)',
    color: 'var(--ink-soft)',
    marginLeft: '0',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  },
})
