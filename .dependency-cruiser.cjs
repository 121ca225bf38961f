/** Who may know whom: STYLE.md section 2 as rules. */
const services = ['auth', 'message', 'gateway', 'worker', 'probe'];

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    ...services.map((service) => ({
      name: `${service}-stands-alone`,
      comment: 'Services communicate through Redis and never import each other.',
      severity: 'error',
      from: { path: `^services/${service}/` },
      to: { path: '^services/', pathNot: `^services/${service}/` },
    })),
    {
      name: 'migration-knows-schema-parts-alone',
      comment: 'It runs what each service says of its own collections, and nothing else of them.',
      severity: 'error',
      from: { path: '^services/migrate/' },
      to: { path: '^services/(?!migrate/)', pathNot: '/src/schema-part\\.ts$' },
    },
    {
      name: 'contracts-are-browser-safe',
      comment: 'The contracts are shapes: no I/O, and nothing that a browser lacks.',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^libs/contracts/src/', 'node_modules/typebox/'] },
    },
    {
      name: 'client-depends-on-contracts-alone',
      comment: 'The SDK is for other people: contracts and socket.io-client, nothing else.',
      severity: 'error',
      from: { path: '^libs/client/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^libs/client/src/', '^libs/contracts/', 'node_modules/socket\\.io-client/'] },
    },
    {
      name: 'platform-knows-no-messages',
      comment: 'What every service does alike knows nothing of what any of them does.',
      severity: 'error',
      from: { path: '^libs/platform/' },
      to: { path: '^(libs/(?!platform/|contracts/|testkit/)|services/|web/|tools/)' },
    },
    {
      name: 'libs-know-no-services',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(services|web|tests)/' },
    },
    {
      name: 'web-speaks-through-the-sdk',
      comment: 'The web client is a user of the SDK like any other.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(libs/(?!client/|contracts/)|services/|tools/|tests/)' },
    },
    {
      name: 'product-knows-no-tests',
      severity: 'error',
      from: { path: '^(services|libs(?!/testkit)|web|tools)/', pathNot: '(\\.test\\.tsx?$|/test/)' },
      to: { path: '^(libs/testkit|tests)/' },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'A package that is used stands in the package.json of its user; tests share the tools of the root.',
      severity: 'error',
      from: { pathNot: '(\\.test\\.tsx?$|/test/|^tests/)' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.cache)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
