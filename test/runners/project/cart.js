// What a user's project does: a span with a child, a log record, and a metric.
import { logs, metrics } from '@opentelemetry/api';
import { setAttributes, withSpan } from 'signalbox';

const sold = () => metrics.getMeter('shop').createCounter('shop.sold', { unit: '{item}' });

export function sell(id, pay = async () => {}) {
  return withSpan('sell cart', async () => {
    setAttributes({ 'cart.id': id });
    await withSpan('charge card', { kind: 'client', attributes: { 'cart.id': id } }, pay);
    logs.getLogger('shop').emit({ body: `sold ${id}`, severityNumber: 9, severityText: 'INFO', attributes: { 'cart.id': id } });
    sold().add(2, { id });
  });
}
