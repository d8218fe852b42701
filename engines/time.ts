/** Microseconds since 1970-01-01T00:00:00Z, from a capture, in a double (exact until the year 2255). */
export type Micros = number & { readonly unit: 'µs since 1970' }

export const micros = (value: number): Micros => value as Micros
