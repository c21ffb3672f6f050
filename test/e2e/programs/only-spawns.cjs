// node --require signalbox/register test/e2e/programs/only-spawns.cjs MILLISECONDS [exit]
// Starts another program, waits for its end and does nothing else, as a launcher that nobody has heard of.
const { spawn } = require('node:child_process');

const child = spawn(process.execPath, ['-e', `setTimeout(() => console.log('work is done'), ${process.argv[2]})`], {
  stdio: 'inherit',
  env: {},
});
child.on('exit', (code) => {
  if (process.argv[3] === 'exit') process.exit(code);
});
