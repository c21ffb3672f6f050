// The ways in which programs ask OpenAI, against a stand-in for its API.
// node [--require signalbox/register] test/differential/programs/openai.cjs
require('./openai.app.cjs')(require('openai'));
