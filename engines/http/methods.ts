/** Methods that are registered (RFC 9110, WebDAV), and those of UPnP. */
const METHODS =
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK SEARCH REPORT PURGE NOTIFY M-SEARCH SUBSCRIBE UNSUBSCRIBE'.split(
    ' ',
  )

/** Text begins with a method of these, and a space. */
export const beginsWithMethod = new RegExp(`^(${METHODS.join('|')}) `)

/** Is a part of a method of these, or has something before it: what it is the end of was lost. */
export const isCutMethod = (text: string): boolean =>
  !METHODS.includes(text) && METHODS.some((method) => method.endsWith(text) || text.endsWith(method))
