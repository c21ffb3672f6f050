const within = require('./within.cjs');
module.exports = async function run({ buildSchema, graphql }) {
  const schema = buildSchema('type Query { hello(name: String): Greeting } type Greeting { text: String }');
  const rootValue = { hello: ({ name }) => ({ text: `hello ${name}` }) };
  await within('ask', async () => {
    const { data } = await graphql({
      schema,
      rootValue,
      source: 'query Greet($name: String) { hello(name: $name) { text } }',
      variableValues: { name: 'world' },
    });
    console.log(data.hello.text);
  });
};
