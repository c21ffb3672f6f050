/** What a collection writes into; it stands where the encoders can see it. */
export type * from '../../otlp/metric-writer.ts';
