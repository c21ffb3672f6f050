// The same by `import`. node [--import signalbox/register] test/differential/programs/graphql.mjs
import run from './graphql.app.cjs';

run(await import(process.env.GRAPHQL ?? 'graphql'));
