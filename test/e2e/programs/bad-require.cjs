// Asks for what nobody can load, in every way that Node.js has an error for.
for (const id of [123, undefined, null, {}, Symbol('id'), '', './missing.cjs', 'node:missing', '@missing/package', '#missing']) {
  try {
    require(id);
  } catch (error) {
    console.log(error.name, error.code, error.message);
  }
}
