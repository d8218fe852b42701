import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** A button that puts text on the clipboard and says that it did. */
export function CopyButton({ text, label, children }: { text: () => string; label: string; children?: ComponentChildren }) {
  const [said, setSaid] = useState<'copied' | 'not allowed'>()
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(undefined), 1500)
    return () => clearTimeout(timer)
  }, [said])
  const copy = async () => setSaid((await put(text())) ? 'copied' : 'not allowed')
  return (
    <button type="button" class="quiet copy" title={label} onClick={copy}>
      {children ?? 'Copy'}
      {said && <output class="said">{said}</output>}
    </button>
  )
}

/** The clipboard proper is only there over HTTPS and on localhost; elsewhere the old way still works. */
async function put(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  }
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'off-screen'
  document.body.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  return done
}
