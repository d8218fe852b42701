/** The value at a field's full name, as `url.path`. */
export const valueAt = (document: object, name: string): unknown =>
  name
    .split('.')
    .reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined), document)
