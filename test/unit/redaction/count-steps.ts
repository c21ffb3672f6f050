/**
 * Counts what the redactor does with a text, in steps that are the same on every machine: how often each block of its code runs
 * (V8's own count), and the characters that regular expressions and searches pass.
 *
 * What a regular expression does between its beginning and its end cannot be counted from outside. `slownessOf` says which ones
 * take a bounded number of steps for each character; any other may only see short texts, and counts as quadratic.
 */
import { Session, type Profiler } from 'node:inspector';
import { parsePattern, type Node } from '../../../src/redaction/parse-pattern.ts';
import { slownessOf } from '../../../src/redaction/pattern-check.ts';

/** A text that cannot be slow, whatever looks at it. */
const SHORT = 512;

export interface StepCounter {
  count(run: () => unknown): number;
  /** Regular expressions that saw more than a short text, and may be slow. */
  readonly mayBeSlow: ReadonlySet<string>;
}

/** @param harmless - sources of regular expressions that are known to be quick by other means. */
export function createStepCounter(folder: string, harmless: ReadonlySet<string> = new Set()): StepCounter {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  blocksRun(session, folder); // each call begins anew
  const mayBeSlow = new Set<string>();
  return {
    mayBeSlow,
    count(run) {
      const watch = watchTexts(harmless, mayBeSlow);
      try {
        run();
      } finally {
        watch.end();
      }
      return watch.characters + blocksRun(session, folder);
    },
  };
}

function blocksRun(session: Session, folder: string): number {
  let blocks = 0;
  session.post('Profiler.takePreciseCoverage', (error, result) => {
    if (error !== null) throw error;
    for (const { functions, url } of (result as Profiler.TakePreciseCoverageReturnType).result)
      if (url.includes(folder)) for (const { ranges } of functions) for (const { count } of ranges) blocks += count;
  });
  return blocks;
}

interface Watch {
  characters: number;
  end(): void;
}

const { exec } = RegExp.prototype;
const { includes, indexOf, lastIndexOf, replaceAll, split, toLowerCase, trim, trimEnd, trimStart } = String.prototype;
const SEARCHES = { includes, indexOf, lastIndexOf };
/** Those that look at all of a text. */
const WHOLE = { replaceAll, split, toLowerCase, trim, trimEnd, trimStart };

/** Stands between the code and the text, until `end`. */
function watchTexts(harmless: ReadonlySet<string>, mayBeSlow: Set<string>): Watch {
  const watch: Watch = {
    characters: 0,
    end() {
      RegExp.prototype.exec = exec;
      Object.assign(String.prototype, SEARCHES, WHOLE);
    },
  };
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    const start = this.global || this.sticky ? this.lastIndex : 0;
    const match = exec.call(this, text);
    if (isJudging) return match;
    watch.characters += charactersPassed(this, text, start, match);
    if (text.length > SHORT && !harmless.has(this.source) && judge(this).isSlow) {
      mayBeSlow.add(String(this));
      watch.characters += text.length ** 2;
    }
    return match;
  };
  String.prototype.indexOf = function (this: string, search: string, from = 0) {
    const at = indexOf.call(this, search, from);
    watch.characters += at === -1 ? Math.max(0, this.length - from) : at - from;
    return at;
  };
  String.prototype.lastIndexOf = function (this: string, search: string, from = this.length) {
    const at = lastIndexOf.call(this, search, from);
    watch.characters += Math.min(from, this.length) - Math.max(0, at);
    return at;
  };
  String.prototype.includes = function (this: string, search: string, from = 0) {
    return this.indexOf(search, from) !== -1;
  };
  for (const [name, method] of Object.entries(WHOLE))
    Object.assign(String.prototype, {
      [name](this: string, ...args: never[]) {
        watch.characters += this.length;
        return Reflect.apply(method, this, args) as unknown;
      },
    });
  return watch;
}

function charactersPassed(pattern: RegExp, text: string, start: number, match: RegExpExecArray | null): number {
  if (match !== null) return Math.max(1, match.index + match[0].length - start);
  return judge(pattern).givesUpAtOnce ? 1 : Math.max(1, text.length - start);
}

interface Judgement {
  readonly isSlow: boolean;
  /** Can begin at one place only, and repeats nothing there without a bound. */
  readonly givesUpAtOnce: boolean;
}

/** By flags and source: a literal inside a function is another object each time. */
const judged = new Map<string, Map<string, Judgement>>();
/** Steps of this are not the redactor's. */
let isJudging = false;

function judge({ flags, source, sticky }: RegExp): Judgement {
  let alike = judged.get(flags);
  if (alike === undefined) judged.set(flags, (alike = new Map()));
  let judgement = alike.get(source);
  if (judgement === undefined) {
    isJudging = true;
    const parsed = parsePattern(source, flags);
    const isParsed = typeof parsed !== 'string';
    judgement = {
      isSlow: slownessOf(source, flags) !== undefined,
      givesUpAtOnce: isParsed && (sticky || beginsWithText(parsed)) && !repeatsOn(parsed),
    };
    alike.set(source, judgement);
    isJudging = false;
  }
  return judgement;
}

function beginsWithText(node: Node): boolean {
  const first = node.kind === 'sequence' ? node.items[0] : node;
  return first?.kind === 'edge' && first.edge === 'text';
}

function repeatsOn(node: Node): boolean {
  switch (node.kind) {
    case 'choice':
      return node.options.some(repeatsOn);
    case 'sequence':
      return node.items.some(repeatsOn);
    case 'repeat':
      return node.max === Infinity || repeatsOn(node.body);
    default:
      return node.kind === 'look' && repeatsOn(node.body);
  }
}
