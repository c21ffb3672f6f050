/** The families of one scrape: each in one piece, whoever contributes to it, and of one type. */
import type { ByteText } from './byte-text.ts';
import type { FamilyName } from './family.ts';

/** Two metrics have one name in Prometheus. */
export interface Conflict {
  /** In Prometheus. */
  readonly name: string;
  /** Whether both are served as one, being of one type; otherwise `left` is left out. */
  readonly isJoined: boolean;
  /** Names of the two as they were recorded. */
  readonly left: string;
  readonly kept: string;
}

export interface Family {
  readonly name: FamilyName;
  /** The metric that came first. */
  readonly metric: string;
  /** Start and end of what is its own, one pair for each metric that contributes. */
  readonly pieces: number[];
  /** What each series is called. */
  readonly series: Uint8Array[];
  /** The same, once there may be two of one name. */
  seen: Set<string> | undefined;
}

export interface Families {
  /** Begin a piece of a family; `undefined` where the name belongs to another. */
  open(name: FamilyName, metric: string): Family | undefined;
  close(family: Family): void;
  /** Whether a series is not there yet. With `mayCollide` two sets of attributes may have become one of labels. */
  isNew(family: Family, series: Uint8Array, mayCollide: boolean): boolean;
  /** All of it, in the order in which families began, between what stands before and behind all of them; forgets them. */
  take(): Buffer;
}

export interface FamiliesOptions {
  readonly head: string;
  /** What the head has a family of: the name of its metric, and names that no other may use. */
  readonly headMetric: string;
  readonly headReserved: readonly string[];
  readonly tail: string;
  readonly onConflict: (conflict: Conflict) => void;
}

export function createFamilies(text: ByteText, { head, headMetric, headReserved, tail, onConflict }: FamiliesOptions): Families {
  const families = new Map<string, Family>();
  /** Which family a name belongs to. */
  const owners = new Map<string, Family>();

  text.add(head);
  const headLength = text.length;

  function begin(name: FamilyName, metric: string): Family | undefined {
    const owner = name.reserved.some((each) => headReserved.includes(each))
      ? headMetric
      : name.reserved.map((each) => owners.get(each)?.metric).find((other) => other !== undefined);
    if (owner !== undefined) {
      onConflict({ name: name.family, isJoined: false, left: metric, kept: owner });
      return undefined;
    }
    const family: Family = { name, metric, pieces: [], series: [], seen: undefined };
    families.set(name.family, family);
    for (const each of name.reserved) owners.set(each, family);
    return family;
  }

  return {
    open(name, metric) {
      const existing = families.get(name.family);
      const isSame = existing?.name.type === name.type;
      const family = isSame ? existing : begin(name, metric);
      if (family === undefined) return undefined;
      if (isSame && family.metric !== metric) onConflict({ name: name.family, isJoined: true, left: metric, kept: family.metric });
      family.pieces.push(text.length);
      if (isSame) family.seen ??= seenIn(family);
      else text.add(name.header);
      return family;
    },
    close({ pieces }) {
      pieces.push(text.length);
    },
    isNew(family, series, mayCollide) {
      if (family.seen === undefined && mayCollide) family.seen = seenIn(family);
      if (family.seen === undefined) return family.series.push(series) > 0;
      const { size } = family.seen;
      return family.seen.add(keyOf(series)).size > size;
    },
    take() {
      const all = [...families.values()];
      families.clear();
      owners.clear();
      const bodyEnd = text.length;
      text.add(tail);
      const isInOrder = all.every(({ pieces }) => pieces.length === 2);
      const whole = isInOrder
        ? text.slice(0, text.length)
        : Buffer.concat([
            text.slice(0, headLength),
            ...all.flatMap(({ pieces }) => piecesIn(text, pieces)),
            text.slice(bodyEnd, text.length),
          ]);
      text.cutTo(headLength);
      return whole;
    },
  };
}

function seenIn({ series }: Family): Set<string> {
  return new Set(series.map(keyOf));
}

function keyOf(series: Uint8Array): string {
  return Buffer.from(series.buffer, series.byteOffset, series.length).toString('latin1');
}

function piecesIn(text: ByteText, pieces: readonly number[]): Buffer[] {
  const found: Buffer[] = [];
  for (let i = 0; i + 1 < pieces.length; i += 2) found.push(text.slice(pieces[i] as number, pieces[i + 1] as number));
  return found;
}
