export default { cacheComponents: true, turbopack: { root: process.env.PROGRAMS_ROOT } };
