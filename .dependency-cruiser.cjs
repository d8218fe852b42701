/**
 * The import rule of docs/development.md, one line a row. Three kinds of files may import more than their folder:
 * `cli/` (the command line: the composition root), `functions/host/` and `agents/<name>/main.ts`, for only there are adapters chosen.
 */
const tests = '(\\.test\\.tsx?|\\.case\\.ts|contract\\.ts)$'
const packages = ['core', 'npm']
const edges = '^(scripts|test|bench|demo|cli)/'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'everything-is-there', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'events-stand-alone',
      severity: 'error',
      from: { path: '^events/', pathNot: tests },
      to: { pathNot: '^(events/|node_modules/(typebox|cbor-x)/)' },
    },
    { name: 'engines-stand-alone', severity: 'error', from: { path: '^engines/', pathNot: tests }, to: { pathNot: '^engines/' } },
    {
      name: 'adapters-look-inward',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/', pathNot: tests },
      to: { pathNot: '^(adapters/$1/|engines/|events/)', dependencyTypesNot: packages },
    },
    {
      name: 'functions-know-ports-only',
      severity: 'error',
      from: { path: '^functions/([^/]+)/', pathNot: `${tests}|^functions/host/` },
      to: {
        pathNot: '^(functions/$1/|functions/(lane|secrets)/|functions/(declare|problem)\\.ts$|engines/|events/|adapters/[^/]+/port\\.ts$)',
        dependencyTypesNot: packages,
      },
    },
    {
      name: 'agents-know-ports-only',
      severity: 'error',
      from: { path: '^agents/([^/]+)/', pathNot: `${tests}|/main\\.ts$` },
      to: { pathNot: '^(agents/$1/|agents/agent/|engines/|events/|adapters/[^/]+/port\\.ts$)', dependencyTypesNot: packages },
    },
    {
      name: 'ui-knows-no-server',
      severity: 'error',
      from: { path: '^ui/', pathNot: tests },
      to: { path: '^(adapters|functions|agents)/' },
    },
    {
      name: 'widgets-know-no-data',
      severity: 'error',
      from: { path: '^ui/src/widgets/', pathNot: tests },
      to: { pathNot: '^ui/src/widgets/', dependencyTypesNot: ['npm'] },
    },
    {
      name: 'the-demo-is-a-system-of-its-own',
      severity: 'error',
      from: { path: '^demo/', pathNot: tests },
      to: { pathNot: '^demo/', dependencyTypesNot: ['core'] },
    },
    { name: 'nobody-imports-the-edges', severity: 'error', from: { pathNot: edges }, to: { path: edges } },
    { name: 'nobody-imports-tests', severity: 'error', from: { pathNot: `${tests}|^test/` }, to: { path: '\\.test\\.tsx?$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.cjs'],
    },
  },
}
