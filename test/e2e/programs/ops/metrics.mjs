// As metrics.cjs, as an ES module.
import './metrics.cjs';
