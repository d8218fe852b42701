import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Refused } from './libbpf.ts'

const ARCHITECTURES: Record<string, { macro: string; include: string }> = {
  x64: { macro: '__TARGET_ARCH_x86', include: '/usr/include/x86_64-linux-gnu' },
  arm64: { macro: '__TARGET_ARCH_arm64', include: '/usr/include/aarch64-linux-gnu' },
}
const REMEDY = 'apt-get install clang libbpf-dev linux-libc-dev'

/** Compiles a program for the kernel, unless `folder` has it from an earlier start, or it lies beside its source, as in an image. Answers the object's path. Throws `Refused`. */
export async function compile(name: string, folder: string): Promise<string> {
  const architecture = ARCHITECTURES[process.arch]
  if (!architecture) throw new Refused(`Gocipher runs on x64 and arm64, this machine is ${process.arch}`)
  const source = fileURLToPath(new URL(`${name}.bpf.c`, import.meta.url))
  const arguments_ = ['-O2', '-g', '-Wall', '-target', 'bpf', `-D${architecture.macro}`, `-I${architecture.include}`]
  const hash = createHash('sha256').update(readFileSync(source)).update(arguments_.join('\0')).digest('hex').slice(0, 32)
  const [made, object] = [dirname(source), folder].map((place) => join(place, `${name}.${hash}.o`))
  for (const path of [made, object]) if (existsSync(path)) return path
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Refused(`the folder ${folder}, for the compiled program, cannot be written to (${code}): name another with --cache`)
  }
  const clang = findClang()
  if (!clang) throw new Refused(`clang is not installed, which compiles the program for the kernel: ${REMEDY}`)
  const partial = `${object}.${process.pid}`
  try {
    await promisify(execFile)(clang, [...arguments_, '-c', source, '-o', partial])
  } catch (error) {
    const missing = /fatal error: '(.+)' file not found/.exec((error as { stderr?: string }).stderr ?? '')?.[1]
    if (missing) throw new Refused(`the header ${missing} is not installed, which the program for the kernel needs: ${REMEDY}`)
    throw error
  }
  renameSync(partial, object)
  return object
}

/** `clang`, or the newest with its version in its name, as Debian has it. */
function findClang(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '' && existsSync(folder))
  const found = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /^clang(-\d+)?$/.test(name))
      .map((name) => ({ path: join(folder, name), version: Number(name.slice(6)) || Number.POSITIVE_INFINITY })),
  )
  return found.toSorted((one, other) => other.version - one.version)[0]?.path
}
