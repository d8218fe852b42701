/** Of Spider, as every part says it. */
export const VERSION = '0.1.0'
