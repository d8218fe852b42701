/** Where bytes too large for documents and events lie. References are opaque, and safe in a URL. */
export interface Blobs {
  /** Keeps bytes and answers where. Durable when it resolves. `at` (ms since 1970) is the time the bytes speak of: what lies close in time is dropped together. */
  put(kind: BlobKind, at: number, bytes: Uint8Array): Promise<BlobReference>
  /** The bytes, or part of them; undefined when they are gone (dropped by age) or the reference names nothing here. Throws only when the medium fails. */
  get(reference: BlobReference, range?: { offset: number; length: number }): Promise<Uint8Array | undefined>
  /** Drops what was kept of a time before `before` (ms since 1970), whole segments at a time. Answers the bytes freed. */
  expire(kind: BlobKind, before: number): Promise<number>
  /** Whether bytes would be taken now. Throws `BlobsUnavailable` with the reason when not. */
  health(): Promise<void>
  close(): Promise<void>
}

export type BlobReference = string & { readonly of: 'blob' }
export type BlobKind = 'packets' | 'bodies' | 'claims'

/** The medium cannot take or give it now (full disk, away): may succeed later. */
export class BlobsUnavailable extends Error {
  override name = 'BlobsUnavailable'
}
