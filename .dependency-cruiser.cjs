/** The import rule of docs/architecture.md, one line a row. */
const tests = '(\\.test\\.tsx?|\\.case\\.ts|contract\\.ts)$'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'events-stand-alone', severity: 'error', from: { path: '^events/', pathNot: tests }, to: { pathNot: '^(events/|node_modules/(typebox|cbor-x)/)' } },
    { name: 'engines-stand-alone', severity: 'error', from: { path: '^engines/', pathNot: tests }, to: { pathNot: '^engines/' } },
    { name: 'adapters-look-inward', severity: 'error', from: { path: '^adapters/([^/]+)/', pathNot: tests }, to: { pathNot: '^(adapters/$1/|engines/|events/)', dependencyTypesNot: ['core', 'npm'] } },
    { name: 'functions-know-ports-only', severity: 'error', from: { path: '^functions/([^/]+)/', pathNot: `${tests}|^functions/host/` }, to: { pathNot: '^(functions/$1/|functions/lane/|engines/|events/|adapters/[^/]+/port\\.ts$)', dependencyTypesNot: ['core', 'npm'] } },
    { name: 'agents-know-ports-only', severity: 'error', from: { path: '^agents/([^/]+)/', pathNot: `${tests}|/main\\.ts$` }, to: { pathNot: '^(agents/$1/|engines/|events/|adapters/[^/]+/port\\.ts$)', dependencyTypesNot: ['core', 'npm'] } },
    { name: 'ui-knows-no-server', severity: 'error', from: { path: '^ui/', pathNot: tests }, to: { path: '^(adapters|functions|agents|cli)/' } },
    { name: 'widgets-know-no-data', severity: 'error', from: { path: '^ui/src/widgets/', pathNot: tests }, to: { pathNot: '^ui/src/widgets/', dependencyTypesNot: ['npm'] } },
    { name: 'nobody-imports-the-edges', severity: 'error', from: { pathNot: '^(scripts|test|bench|cli)/' }, to: { path: '^(scripts|test|bench|cli)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.js', '.cjs'] },
  },
}
