// A processor that says at once that it flushes, and a little later that it has.
const { writeSync } = require('node:fs');
exports.spanProcessors = {
  onStart() {},
  onEnd() {},
  async forceFlush() {
    writeSync(1, 'forceFlush\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeSync(1, 'forceFlush is done\n');
  },
  async shutdown() {},
};
