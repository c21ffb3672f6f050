/** Everything that was recorded, for each way in which readers want it put together. Loaded when something is recorded. */
import type { Config } from '../../config/config.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Scope } from '../../otlp/types.ts';
import { contained } from '../../runtime/contain.ts';
import type { MetricView } from '../../config/metric-views.ts';
import { watchCardinality } from './cardinality.ts';
import type { Instrument, Recording } from './instruments.ts';
import type { InstrumentSpec } from './instrument-spec.ts';
import type { MetricWriter } from '../../otlp/metric-writer.ts';
import { ObservedStream } from './observed-stream.ts';
import type { Observed, Round } from './observers.ts';
import { Stream, type StreamOptions } from './stream.ts';
import { planStreams, type ReaderShape } from './views.ts';

export interface MetricStoreOptions {
  readonly views: readonly MetricView[];
  readonly exemplarFilter: Config['metrics']['exemplarFilter'];
  readonly reporter: Reporter;
}

/** What was observed in a collection. */
export type Observations = Pick<Round, 'observed' | 'unanswered'>;

/** What a reader writes down: the same streams as others' where all is cumulative, for collecting those changes nothing. */
export interface Section {
  /** @param after - number of the last exemplar that is left out. */
  write(writer: MetricWriter, timeMs: number, after: number, observations: Observations): void;
}

interface Entry {
  readonly spec: InstrumentSpec;
  /** `undefined` for observable ones. */
  readonly instrument: Instrument | undefined;
  readonly observed: Observed | undefined;
  readonly bySection: Map<OwnSection, readonly (Stream | ObservedStream)[]>;
}

interface OwnSection extends Section {
  readonly shape: ReaderShape;
}

export interface MetricStore {
  /** @param isShared - whether it may be another reader's as well. */
  openSection(shape: ReaderShape): Section;
  open(instrument: Instrument): readonly Recording[];
  observable(instrument: Observed): void;
}

export function createMetricStore({ views, exemplarFilter, reporter }: MetricStoreOptions): MetricStore {
  const sections: OwnSection[] = [];
  /** Those of one scope together, as they are written. */
  const scopes = new Map<Scope, Entry[]>();
  const cardinality = watchCardinality(reporter);
  const watching: Pick<StreamOptions, 'onGrowth' | 'onUnreadable'> = {
    onGrowth: cardinality.grew,
    onUnreadable: (metric, error) => sayUnreadable(reporter, metric, error),
  };

  function addTo(section: OwnSection, { spec, observed, bySection }: Entry): void {
    const plans = planStreams(spec, section.shape, views, exemplarFilter);
    bySection.set(
      section,
      plans.map((plan) => {
        const options = { ...plan, ...watching };
        return observed === undefined ? new Stream(options) : new ObservedStream(options);
      }),
    );
  }

  function add(entry: Entry): void {
    const entries = scopes.get(entry.spec.scope);
    if (entries === undefined) scopes.set(entry.spec.scope, [entry]);
    else entries.push(entry);
    for (const section of sections) addTo(section, entry);
  }

  const recordingsOf = ({ bySection }: Entry): readonly Recording[] => [...bySection.values()].flat() as Stream[];

  return {
    openSection(shape) {
      const isCumulative = shape.temporality === 'cumulative';
      const known = sections.find(
        (other) => isCumulative && other.shape.temporality === 'cumulative' && other.shape.defaultHistogram === shape.defaultHistogram,
      );
      if (known !== undefined) return known;
      const section: OwnSection = {
        shape,
        write(writer, timeMs, after, observations) {
          cardinality.lookNow();
          writeSection(section, scopes.values(), { writer, timeMs, after, observations });
          cardinality.lookNow();
        },
      };
      sections.push(section);
      for (const entry of [...scopes.values()].flat()) {
        addTo(section, entry);
        if (entry.instrument !== undefined) entry.instrument.recordings = recordingsOf(entry);
      }
      return section;
    },
    open(instrument) {
      const entry: Entry = { spec: instrument.spec, instrument, observed: undefined, bySection: new Map() };
      add(entry);
      return recordingsOf(entry);
    },
    observable: (observed) => add({ spec: observed.spec, instrument: undefined, observed, bySection: new Map() }),
  };
}

interface Writing {
  readonly writer: MetricWriter;
  readonly timeMs: number;
  readonly after: number;
  readonly observations: Observations;
}

function writeSection(section: OwnSection, scopes: Iterable<readonly Entry[]>, writing: Writing): void {
  const { writer, timeMs, after, observations } = writing;
  for (const entries of scopes) {
    for (const { bySection, spec, observed: instrument } of entries) {
      for (const stream of bySection.get(section) ?? []) {
        try {
          describe(stream, spec);
          if (stream instanceof Stream) stream.write(writer, timeMs, after);
          else
            stream.write(
              writer,
              timeMs,
              observations.observed.get(instrument as Observed),
              observations.unanswered.has(instrument as Observed),
            );
        } catch (error) {
          contained(`writing the metric ${JSON.stringify(spec.name)}`, error);
        }
      }
    }
  }
}

/** A longer description may have come later, unless a view has one of its own. */
function describe(stream: Stream | ObservedStream, { description }: InstrumentSpec): void {
  if (stream.hasOwnDescription || stream.descriptor.description === description) return;
  stream.descriptor = { ...stream.descriptor, description };
}

function sayUnreadable(reporter: Reporter, metric: string, error: unknown): void {
  reporter.say(
    'metrics.measurement',
    `The attributes of the metric ${JSON.stringify(metric)} must be readable, but reading one threw: ${errorText(error)}. It is left out.`,
    metric,
  );
}
