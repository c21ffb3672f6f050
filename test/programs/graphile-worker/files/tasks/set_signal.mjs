export default async (payload, helpers) => {
  const { rows } = await helpers.query('select upper($1) as name', [payload.name]);
  helpers.logger.info(`set ${rows[0].name}`);
};
