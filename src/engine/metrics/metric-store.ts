/** Everything that was recorded, for each way in which readers want it put together. Loaded when something is recorded. */
import type { Config } from '../../config/config.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Scope } from '../../otlp/types.ts';
import { contain, contained } from '../../runtime/contain.ts';
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
  /** Called once, when a metric goes beyond its limit for the first time. @param read - see `MetricStore`. */
  readonly onOverflow: (read: MetricStore['overflowed']) => void;
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
  /** Measurements that went beyond the limit of a metric, by its name; where readers differ, those of the one with the most. */
  overflowed(): ReadonlyMap<string, number>;
}

export function createMetricStore({ views, exemplarFilter, reporter, onOverflow }: MetricStoreOptions): MetricStore {
  const sections: OwnSection[] = [];
  /** Those of one scope together, as they are written. */
  const scopes = new Map<Scope, Entry[]>();
  const cardinality = watchCardinality(reporter);
  let hasOverflowed = false;
  const watching: Pick<StreamOptions, 'onGrowth' | 'onOverflow' | 'onUnreadable'> = {
    onGrowth: cardinality.grew,
    onOverflow() {
      if (hasOverflowed) return;
      hasOverflowed = true;
      contain('counting what goes beyond the limit of a metric', () => onOverflow(overflowed));
    },
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

  function overflowed(): Map<string, number> {
    const most = new Map<string, number>();
    for (const section of sections)
      for (const [name, measurements] of overflowedIn(section, scopes.values()))
        most.set(name, Math.max(measurements, most.get(name) ?? 0));
    return most;
  }

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
    overflowed,
  };
}

function overflowedIn(section: OwnSection, scopes: Iterable<readonly Entry[]>): Map<string, number> {
  const byName = new Map<string, number>();
  for (const entries of scopes) {
    for (const { descriptor, overflowed } of entries.flatMap(({ bySection }) => bySection.get(section) ?? []))
      if (overflowed > 0) byName.set(descriptor.name, overflowed + (byName.get(descriptor.name) ?? 0));
  }
  return byName;
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
