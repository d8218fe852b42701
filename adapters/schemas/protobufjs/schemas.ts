import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, extname, join, sep } from 'node:path'
import protobuf, { type IConversionOptions } from 'protobufjs'
import 'protobufjs/ext/descriptor/index.js'
import { SchemaRefused, type Schemas } from '../port.ts'

/** Longer ones are shown without their schema. */
const LARGEST_MESSAGE = 4 * 1024 * 1024
const AS_JSON: IConversionOptions = { longs: String, enums: String, bytes: String, json: true }

/** What a folder's sets of descriptors end with. */
const SETS = ['.pb', '.protoset', '.desc', '.bin']

/**
 * Reads schemas: `.proto` files, sets of descriptors (`protoc --descriptor_set_out`), or folders of both, without what is hidden: a mounted ConfigMap has its files there once more. What a file imports is looked for
 * beside it, and where it is of a folder from there. Throws `SchemaRefused`.
 */
export async function loadSchemas(paths: readonly string[]): Promise<Schemas> {
  const roots: protobuf.Root[] = []
  for (const path of paths) {
    const folder = (await stat(path).catch(() => undefined))?.isDirectory() === true
    for (const file of folder ? await filesOf(path) : [path]) roots.push(await rootOf(file, folder ? path : dirname(path)))
  }
  return schemasOf(roots)
}

async function filesOf(folder: string): Promise<string[]> {
  const all = (await readdir(folder, { recursive: true })).filter((file) => !file.split(sep).some((part) => part.startsWith('.')))
  const files = all.filter((file) => ['.proto', ...SETS].includes(extname(file)))
  if (files.length === 0) throw new SchemaRefused(`${folder} has no schemas: no file in it ends with .proto, ${SETS.join(' or ')}.`)
  return files.sort().map((file) => join(folder, file))
}

async function rootOf(path: string, folder: string): Promise<protobuf.Root> {
  try {
    const root = path.endsWith('.proto') ? await parsed(path, folder) : described(await readFile(path))
    root.resolveAll()
    return root
  } catch (error) {
    throw new SchemaRefused(
      `${path} is no schema of protobuf that can be used: ${(error as Error).message}. Give a .proto file, or what protoc --descriptor_set_out --include_imports writes.`,
    )
  }
}

async function parsed(path: string, folder: string): Promise<protobuf.Root> {
  const root = new protobuf.Root()
  root.resolvePath = (origin, target) => {
    if (origin === '' || protobuf.common.get(target)) return target
    const beside = join(dirname(path), target)
    return existsSync(beside) ? beside : join(folder, target)
  }
  return root.load(path, { keepCase: true })
}

interface WithDescriptors {
  fromDescriptor(bytes: Uint8Array): protobuf.Root
}
const described = (bytes: Uint8Array): protobuf.Root => (protobuf.Root as unknown as WithDescriptors).fromDescriptor(bytes)

function schemasOf(roots: readonly protobuf.Root[]): Schemas {
  const methods = new Map<string, protobuf.Method>()
  const collect = (space: protobuf.NamespaceBase): void => {
    for (const nested of space.nestedArray) {
      if (nested instanceof protobuf.Service)
        for (const method of nested.methodsArray)
          methods.set(`/${nested.fullName.replace(/^\./, '')}/${method.name}`, method.resolve() as protobuf.Method)
      else if (nested instanceof protobuf.Namespace) collect(nested)
    }
  }
  for (const root of roots) collect(root)
  return {
    methods: [...methods.keys()],
    message(path, direction, bytes) {
      const method = methods.get(path)
      const type = direction === 'request' ? method?.resolvedRequestType : method?.resolvedResponseType
      if (!type || bytes.length > LARGEST_MESSAGE) return undefined
      try {
        return JSON.stringify(type.toObject(type.decode(bytes), AS_JSON))
      } catch {
        return undefined // Whatever is not as the schema says is shown without it.
      }
    },
  }
}
