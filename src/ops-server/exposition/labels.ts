/** Attributes as labels. */
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { prometheusLabel } from '../../names/prometheus-name.ts';
import { redactAttribute } from '../../redaction/redactor.ts';
import type { PlainValue } from '../../values/plain-value.ts';

/** What the labels of one metric were made from, to know whether two sets of attributes may have become one of labels. */
export interface LabelSources {
  /** Key and type of the value, by label. */
  readonly byLabel: Map<string, string>;
  mayCollide: boolean;
}

/**
 * The label that is the name of the metric in Prometheus. By OTLP that takes the place of an attribute's value; a text that has it
 * twice is refused as a whole.
 */
const METRIC_NAME = '__name__';

export function createLabelSources(): LabelSources {
  return { byLabel: new Map(), mayCollide: false };
}

/**
 * `method="GET",route="/orders"`; empty without labels. Secrets are redacted.
 *
 * Keys that become the same label are joined, their values with `;` in the order of the keys, as Prometheus does.
 *
 * @param reserved - a label that the series has already (`le`); an attribute of that name stands as `exported_le`.
 */
export function labelText(attributes: Attributes, sources: LabelSources, reserved?: string): string {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const label = prometheusLabel(key);
    const value = attributes[key];
    const text = label === undefined || value === undefined ? '' : valueText(key, value);
    // An empty label is none.
    if (text === '' || text !== String(value) || label === METRIC_NAME) sources.mayCollide = true;
    if (text === '' || label === METRIC_NAME) continue;
    const name = label === reserved ? `exported_${label}` : (label as string);
    const other = labels.get(name);
    labels.set(name, other === undefined ? text : `${other};${text}`);
    noteSource(sources, name, `${key} ${typeof value}`);
  }
  let joined = '';
  for (const [name, value] of labels) joined += `${joined === '' ? '' : ','}${name}="${escapeLabelValue(value)}"`;
  return joined;
}

function noteSource(sources: LabelSources, label: string, source: string): void {
  const known = sources.byLabel.get(label);
  if (known === undefined) sources.byLabel.set(label, source);
  else if (known !== source) sources.mayCollide = true;
}

export function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`)) : value;
}

function valueText(key: string, value: AttributeValue): string {
  const redacted = redactAttribute(key, value as PlainValue);
  if (redacted === undefined || redacted === null) return '';
  return typeof redacted === 'object' ? JSON.stringify(redacted) : String(redacted);
}
