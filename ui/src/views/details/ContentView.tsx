import { useMemo, useState } from 'preact/hooks'
import { isGrpc } from '#engines/grpc/grpc.ts'
import { parameters } from '#engines/media/parameters.ts'
import { type Content, type Form, formsOf, isProtobuf, languageOf, protobuf } from '../../logic/body/forms.ts'
import { layoutJson } from '../../logic/body/json-layout.ts'
import { layoutXml } from '../../logic/body/xml.ts'
import { readText } from '../../state/bytes.ts'
import { useRead } from '../../state/use-read.ts'
import { CodeView } from '../../widgets/CodeView.tsx'
import { CsvTable, Events, Hex, Page, Picture } from './BodyForms.tsx'
import { JsonTreeView } from './JsonTree.tsx'
import { Pairs } from './Pairs.tsx'
import { Parts } from './Parts.tsx'

const TITLES: Record<Form, string> = {
  tree: 'Tree',
  'laid out': 'Laid out',
  page: 'Page',
  image: 'Image',
  fields: 'Form',
  parts: 'Parts',
  events: 'Events',
  table: 'Table',
  text: 'Text',
  hex: 'Hex',
}

interface Props {
  content: Content
  label: string
  /** Where its kept bytes can be had from. */
  url?: string
}

/** A body in one of the forms it can take. */
export function ContentView({ content, label, url }: Props) {
  const forms = useMemo(() => formsOf(content).filter((form) => form !== 'page' || url !== undefined), [content, url])
  const [chosen, setChosen] = useState<Form>()
  const form = forms.find((each) => each === chosen) ?? forms[0]
  return (
    <>
      <fieldset class="forms" aria-label={`How to show it: ${label}`}>
        {forms.map((each) => (
          <button key={each} type="button" class="quiet" aria-pressed={each === form} onClick={() => setChosen(each)}>
            {TITLES[each]}
          </button>
        ))}
        {content.charset && <span class="soft">in {content.charset}</span>}
      </fieldset>
      <Shown key={form} form={form} content={content} label={label} url={url} />
    </>
  )
}

function Shown({ form, content, label, url }: Props & { form: Form }) {
  switch (form) {
    case 'tree':
      return <JsonTreeView text={content.text!} label={label} />
    case 'image':
      return <Picture content={content} label={label} />
    case 'page':
      return <Page url={`${url}?as=page`} label={label} />
    case 'fields':
      return <Pairs title="Form" pairs={parameters(content.text!.trim())} copy={() => content.text!} />
    case 'parts':
      return <Parts content={content} label={label} write={(inner, name) => <ContentView content={inner} label={name} />} />
    case 'events':
      return <Events content={content} label={label} />
    case 'table':
      return <CsvTable content={content} label={label} />
    case 'hex':
      return <Hex content={content} label={label} />
    case 'laid out':
      if (url !== undefined && isGrpc(content.essence)) return <Messages content={content} label={label} url={url} />
      return <Code content={content} label={label} laid />
    default:
      return <Code content={content} label={label} laid={false} />
  }
}

/** Messages of gRPC as the server reads them, with the names that it knows; without it, by numbers. */
function Messages({ content, label, url }: { content: Content; label: string; url: string }) {
  const known = useRead((stop) => readText(`${url}?as=messages`, stop), [url])
  if (known.state === 'reading') return <p class="soft padded">Reading the messages …</p>
  if (known.state === 'failed') return <Code content={content} label={label} laid />
  return <CodeView text={known.value} language="text" label={label} />
}

const LAID_OUT = 2_000_000

function Code({ content, label, laid }: { content: Content; label: string; laid: boolean }) {
  const [text, language] = useMemo(() => {
    if (laid && isProtobuf(content.essence)) return [protobuf(content), 'text'] as const
    const given = content.text!
    const known = languageOf(content.essence, given)
    const lay = laid && given.length <= LAID_OUT ? { json: layoutJson, xml: layoutXml, html: undefined, text: undefined }[known] : undefined
    return [lay ? lay(given) : given, known] as const
  }, [content, laid])
  if (text === undefined) return <p class="soft padded">This is not what its media type says: see hex.</p>
  return <CodeView text={text} language={language} label={label} />
}
