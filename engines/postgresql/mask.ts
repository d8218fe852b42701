const MASK = "'***'"
/** A literal behind PASSWORD (roles, user mappings), to its end or the text's. */
const LITERAL = /(\bpassword\s*=?\s*)(?:(?:e|u&)?'(?:[^'\\]|''|\\.)*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\2\$|$))/gi
/** In connection strings (subscriptions, dblink). */
const SETTING = /(\bpassword\s*=\s*)(?!'\*)('[^']*'|[^\s'"]+)/gi
const IN_URL = /(\bpostgres(?:ql)?:\/\/[^\s:/@']*:)[^\s@']+@/gi

/** A query's text with `***` in the place of passwords. */
export const maskPasswords = (text: string): string => {
  if (!/password|postgres/i.test(text)) return text
  return text.replace(LITERAL, `$1${MASK}`).replace(SETTING, '$1***').replace(IN_URL, '$1***@')
}
