import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import protobuf, { type IConversionOptions } from 'protobufjs'
import 'protobufjs/ext/descriptor/index.js'
import { SchemaRefused, type Schemas } from '../port.ts'

/** Longer ones are shown without their schema. */
const LARGEST_MESSAGE = 4 * 1024 * 1024
const AS_JSON: IConversionOptions = { longs: String, enums: String, bytes: String, json: true }

/** Reads schemas: `.proto` files, each of whose imports is looked for beside it, or sets of descriptors (`protoc --descriptor_set_out`). Throws `SchemaRefused`. */
export async function loadSchemas(paths: readonly string[]): Promise<Schemas> {
  const roots: protobuf.Root[] = []
  for (const path of paths) {
    try {
      const root = path.endsWith('.proto') ? await parsed(path) : described(await readFile(path))
      root.resolveAll()
      roots.push(root)
    } catch (error) {
      throw new SchemaRefused(
        `${path} is no schema of protobuf that can be used: ${(error as Error).message}. Give a .proto file, or what protoc --descriptor_set_out --include_imports writes.`,
      )
    }
  }
  return schemasOf(roots)
}

async function parsed(path: string): Promise<protobuf.Root> {
  const root = new protobuf.Root()
  const common = root.resolvePath.bind(root)
  root.resolvePath = (origin, target) =>
    origin === '' ? target : common(origin, target) && protobuf.common.get(target) ? target : join(dirname(path), target)
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
