// NODE_OPTIONS='--require signalbox/register' node test/e2e/programs/managers/computes.cjs : works for a while, and records nothing.
const until = performance.now() + 800;
console.log(`worker ${process.pid}`);
(function work() {
  for (let n = 0; n < 1e6; n++) Math.sqrt(n);
  if (performance.now() < until) setTimeout(work, 10);
})();
