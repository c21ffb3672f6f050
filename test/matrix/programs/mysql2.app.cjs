const within = require('./within.cjs');
module.exports = async function run(mysql) {
  const connection = await mysql.createConnection(process.env.SERVICE);
  await connection.query('SELECT 1');
  await within('work', async () => {
    const [rows] = await connection.query('SELECT 40 + ? AS answer', [2]);
    const [prepared] = await connection.execute("SELECT 'secret' AS word, ? AS number", [7]);
    console.log(rows[0].answer, prepared[0].number);
  });
  await connection.end();
};
