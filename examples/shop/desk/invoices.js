// Downloads invoices from where they are kept.
import { transferMetrics } from 'signalbox/metrics';

const downloads = transferMetrics({ kind: 'invoice' });

/** @returns its size in bytes. */
export async function fetchInvoice(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the files answered ${response.status}`);
  let bytes = 0;
  for await (const chunk of downloads.count(response.body)) bytes += chunk.length;
  return bytes;
}
