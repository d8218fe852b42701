import type { ComponentChildren } from 'preact'
import { CopyButton } from '../../widgets/CopyButton.tsx'

interface FoldProps {
  title: string
  /** Beside the title. */
  note?: ComponentChildren
  copy?: () => string
  children: ComponentChildren
}

/** A part of the details that can be folded away, and copied. The button lies beside the summary: a control within one cannot be reached by all. */
export function Fold({ title, note, copy, children }: FoldProps) {
  return (
    <div class="fold">
      <details class="pairs" open>
        <summary>
          <h3>{title}</h3> <span class="soft">{note}</span>
        </summary>
        {children}
      </details>
      {copy && <CopyButton text={copy} label={`Copy: ${title}`} />}
    </div>
  )
}
