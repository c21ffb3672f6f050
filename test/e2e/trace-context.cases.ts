/**
 * What a server must make of the trace headers that it receives, seen in the request that it then sends: the
 * requirements of W3C Trace Context, level 2, and every case of W3C's test suite at its strictest (2); at strictness 1 the suite
 * leaves some of them out.
 *
 * https://www.w3.org/TR/trace-context-2/ and https://github.com/w3c/trace-context/tree/main/test
 */

export interface TraceContextCase {
  readonly name: string;
  /** Header lines as they go over the wire, in their order; a name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whether the outgoing request belongs to trace `TRACE_ID`, with a span id of its own; otherwise to a new trace. */
  readonly continues: boolean;
  /** The outgoing flags; left out where the sampler decides. */
  readonly flags?: string;
  /** The outgoing `tracestate`, written without optional white space; undefined when there must be none. */
  readonly tracestate?: string;
}

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const PARENT_ID = 'b7ad6b7169203331';

const PARENT = `00-${TRACE_ID}-${PARENT_ID}-01`;
const UNSAMPLED_PARENT = `00-${TRACE_ID}-${PARENT_ID}-00`;
const FUTURE = `cc-${TRACE_ID}-${PARENT_ID}-01`;

/** Printable ASCII but comma and equals sign; a value may begin with a space and not end with one. */
const VALUE_CHARS = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i))
  .filter((char) => char !== ',' && char !== '=')
  .join('');
const KEY_CHARS = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/';

function parents(name: string, values: Readonly<Record<string, string>>, continues: boolean): TraceContextCase[] {
  return Object.entries(values).map(([what, value]) => ({
    name: `${name}: ${what}`,
    headers: [['traceparent', value]],
    continues,
  }));
}

/** A valid parent with these `tracestate` lines. The trace goes on whatever they say, and whether it is sampled or not. */
function states(name: string, lines: readonly string[], tracestate?: string): TraceContextCase[] {
  const state = lines.map((line): [string, string] => ['tracestate', line]);
  return [PARENT, UNSAMPLED_PARENT].map((parent) => ({
    name: parent === PARENT ? name : `${name} (not sampled)`,
    headers: [['traceparent', parent], ...state],
    continues: true,
    ...(tracestate === undefined ? {} : { tracestate }),
  }));
}

function members(count: number, from = 1): string {
  return Array.from({ length: count }, (_, i) => `k${from + i}=${from + i}`).join(',');
}

export const TRACE_CONTEXT_CASES: readonly TraceContextCase[] = [
  { name: 'no headers begin a trace', headers: [], continues: false },
  { name: 'a valid parent is continued', headers: [['traceparent', PARENT]], continues: true, flags: '01' },
  {
    name: 'two different parents begin a trace',
    headers: [
      ['traceparent', PARENT],
      ['traceparent', `00-${TRACE_ID}-00f067aa0ba902b7-01`],
    ],
    continues: false,
  },
  {
    name: 'two equal parents begin a trace',
    headers: [
      ['traceparent', PARENT],
      ['traceparent', PARENT],
    ],
    continues: false,
  },
  {
    name: 'two parents of a future version begin a trace',
    headers: [
      ['traceparent', `${FUTURE}-more`],
      ['traceparent', `${FUTURE}-more`],
    ],
    continues: false,
  },
  ...['trace-parent', 'trace.parent', 'traceparents'].map((header) => ({
    name: `a header named ${header} is not a parent`,
    headers: [[header, PARENT]] as [string, string][],
    continues: false,
  })),
  ...['TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'].map((header) => ({
    name: `a header named ${header} is a parent`,
    headers: [[header, PARENT]] as [string, string][],
    continues: true,
  })),

  ...parents(
    'version 00 is exactly as long as it says',
    {
      'a dot behind': `${PARENT}.`,
      'a dash behind': `${PARENT}-`,
      'more behind': `${PARENT}-what-the-future-will-be-like`,
    },
    false,
  ),
  ...parents(
    'a future version may say more',
    {
      'no more': FUTURE,
      'a field': `${FUTURE}-what-the-future-will-be-like`,
      'a dash': `${FUTURE}-`,
      'version 01': `01-${TRACE_ID}-${PARENT_ID}-00`,
      'version fe': `fe-${TRACE_ID}-${PARENT_ID}-00-x`,
    },
    true,
  ),
  ...parents(
    'a future version says more after a dash only',
    {
      'a dot': `${FUTURE}.what-the-future-will-be-like`,
      'a digit': `${FUTURE}0`,
      'flags of one character': `cc-${TRACE_ID}-${PARENT_ID}-1`,
    },
    false,
  ),
  ...parents(
    'a bad version begins a trace',
    {
      ff: `ff-${TRACE_ID}-${PARENT_ID}-01`,
      'ff with more': `ff-${TRACE_ID}-${PARENT_ID}-01-more`,
      'a dot first': `.0-${TRACE_ID}-${PARENT_ID}-01`,
      'a dot second': `0.-${TRACE_ID}-${PARENT_ID}-01`,
      'upper case': `CC-${TRACE_ID}-${PARENT_ID}-01`,
      'three digits': `000-${TRACE_ID}-${PARENT_ID}-01`,
      'four digits': `0000-${TRACE_ID}-${PARENT_ID}-01`,
      'one digit': `0-${TRACE_ID}-${PARENT_ID}-01`,
      none: `-${TRACE_ID}-${PARENT_ID}-01`,
    },
    false,
  ),
  ...parents(
    'a bad trace id begins a trace',
    {
      zeros: `00-${'0'.repeat(32)}-${PARENT_ID}-01`,
      'zeros in a future version': `cc-${'0'.repeat(32)}-${PARENT_ID}-01`,
      'a dot first': `00-.${TRACE_ID.slice(1)}-${PARENT_ID}-01`,
      'a dot last': `00-${TRACE_ID.slice(1)}.-${PARENT_ID}-01`,
      'upper case': `00-${TRACE_ID.toUpperCase()}-${PARENT_ID}-01`,
      'too long': `00-${TRACE_ID}0-${PARENT_ID}-01`,
      'too short': `00-${TRACE_ID.slice(1)}-${PARENT_ID}-01`,
      none: `00--${PARENT_ID}-01`,
    },
    false,
  ),
  ...parents(
    'a bad parent id begins a trace',
    {
      zeros: `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
      'a dot first': `00-${TRACE_ID}-.${PARENT_ID.slice(1)}-01`,
      'a dot last': `00-${TRACE_ID}-${PARENT_ID.slice(1)}.-01`,
      'upper case': `00-${TRACE_ID}-${PARENT_ID.toUpperCase()}-01`,
      'too long': `00-${TRACE_ID}-${PARENT_ID}0-01`,
      'too short': `00-${TRACE_ID}-${PARENT_ID.slice(1)}-01`,
    },
    false,
  ),
  ...parents(
    'bad flags begin a trace',
    {
      'a dot first': `00-${TRACE_ID}-${PARENT_ID}-.0`,
      'a dot last': `00-${TRACE_ID}-${PARENT_ID}-0.`,
      'upper case': `00-${TRACE_ID}-${PARENT_ID}-0A`,
      'too long': `00-${TRACE_ID}-${PARENT_ID}-001`,
      'too short': `00-${TRACE_ID}-${PARENT_ID}-1`,
      none: `00-${TRACE_ID}-${PARENT_ID}-`,
      'not even a dash': `00-${TRACE_ID}-${PARENT_ID}`,
    },
    false,
  ),
  ...parents(
    'what is not a parent at all begins a trace',
    {
      'an empty header': '',
      'white space': ' \t ',
      'underscores for dashes': PARENT.replaceAll('-', '_'),
      'quotes around': `"${PARENT}"`,
      'a space inside': PARENT.replace('-01', '- 01'),
    },
    false,
  ),
  ...parents(
    'white space around a parent is optional',
    {
      'a space before': ` ${PARENT}`,
      'a tab before': `\t${PARENT}`,
      'a space behind': `${PARENT} `,
      'a tab behind': `${PARENT}\t`,
      both: `\t ${PARENT} \t`,
    },
    true,
  ),

  ...(
    [
      ['00', '00', 'not sampled stays not sampled'],
      ['01', '01', 'sampled stays sampled'],
      ['02', '02', 'the random flag is passed on'],
      ['03', '03', 'both flags are passed on'],
      ['04', '00', 'an unknown flag is not passed on'],
      ['fd', '01', 'of many flags, sampled is passed on'],
      ['ff', '03', 'of all flags, the known ones are passed on'],
    ] as const
  ).map(([received, flags, name]) => ({
    name,
    headers: [['traceparent', `00-${TRACE_ID}-${PARENT_ID}-${received}`]] as [string, string][],
    continues: true,
    flags,
  })),

  ...['foo=1', 'foo=1,bar=2'].map((line) => ({
    name: `a state without a parent is dropped: ${line}`,
    headers: [['tracestate', line]] as [string, string][],
    continues: false,
  })),
  {
    name: 'a state with a bad parent is dropped',
    headers: [
      ['traceparent', `ff-${TRACE_ID}-${PARENT_ID}-01`],
      ['tracestate', 'foo=1'],
    ],
    continues: false,
  },
  {
    name: 'a state with two parents is dropped',
    headers: [
      ['traceparent', PARENT],
      ['traceparent', PARENT],
      ['tracestate', 'foo=1'],
    ],
    continues: false,
  },
  {
    name: 'a state with a parent of a future version is passed on',
    headers: [
      ['traceparent', `${FUTURE}-more`],
      ['tracestate', 'foo=1'],
    ],
    continues: true,
    tracestate: 'foo=1',
  },
  ...['trace-state', 'trace.state'].map((header) => ({
    name: `a header named ${header} is not a state`,
    headers: [
      ['traceparent', PARENT],
      [header, 'foo=1'],
    ] as [string, string][],
    continues: true,
  })),
  ...['TraceState', 'TrAcEsTaTe', 'TRACESTATE'].map((header) => ({
    name: `a header named ${header} is a state`,
    headers: [
      ['traceparent', PARENT],
      [header, 'foo=1'],
    ] as [string, string][],
    continues: true,
    tracestate: 'foo=1',
  })),
  ...states('a state is passed on in its order', ['foo=1,bar=2'], 'foo=1,bar=2'),
  ...states('several states are joined in their order', ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'], 'foo=1,bar=2,rojo=1,congo=2,baz=3'),
  ...states('an empty state is not sent', ['']),
  ...states('a state of nothing but commas is not sent', [' , ,,\t']),
  ...states('an empty state after another is nothing', ['foo=1', ''], 'foo=1'),
  ...states('an empty state before another is nothing', ['', 'foo=1'], 'foo=1'),
  ...states('empty members are nothing', ['foo=1,, ,\t,bar=2,'], 'foo=1,bar=2'),
  ...states('white space around members is optional', ['foo=1 \t , \t bar=2, \t baz=3'], 'foo=1,bar=2,baz=3'),
  ...states('tabs around members are optional', ['foo=1\t \t,\t \tbar=2,\t \tbaz=3'], 'foo=1,bar=2,baz=3'),
  ...[' foo=1', '\tfoo=1', 'foo=1 ', 'foo=1\t', '\t foo=1 \t'].flatMap((line) =>
    states(`white space around a state is optional: ${JSON.stringify(line)}`, [line], 'foo=1'),
  ),
  ...states('spaces at the beginning of a value belong to it', ['foo=  1,bar=a b'], 'foo=  1,bar=a b'),
  ...states('every character that a key may have', [`${KEY_CHARS}=1`], `${KEY_CHARS}=1`),
  ...states('every character that a tenant and a system may have', [`${KEY_CHARS}@a-z0-9_-*/=1`], `${KEY_CHARS}@a-z0-9_-*/=1`),
  ...states('every character that a value may have', [`foo=${VALUE_CHARS}`], `foo=${VALUE_CHARS}`),
  ...states('a key may begin with a digit', ['1foo=1,2@bar=2'], '1foo=1,2@bar=2'),

  ...states('of a member that comes twice, one is passed on', ['foo=1,foo=1'], 'foo=1'),
  ...states('of two members with one key, the first is passed on', ['foo=1,foo=2'], 'foo=1'),
  ...states('of a member in two headers, one is passed on', ['foo=1', 'foo=1'], 'foo=1'),
  ...states('of two members with one key in two headers, the first is passed on', ['foo=1', 'foo=2'], 'foo=1'),
  ...states('a key that comes twice costs no other member', ['foo=1,bar=2', 'foo=3,baz=4'], 'foo=1,bar=2,baz=4'),
  ...['foo@=1', 'foo@@bar=1', 'foo@bar@baz=1', 'foo@@=1'].flatMap((member) =>
    states(`a key may hold any number of @: ${member}`, [`${member},bar=2`], `${member},bar=2`),
  ),
  ...['foo =1', 'FOO=1', 'foo.bar=1', '_foo=1', '-foo=1', '=1', 'foo', '@foo=1', '@=1', 'f\u00f6o=1'].flatMap((member) =>
    states(`a bad key drops the state: ${member}`, [`${member},bar=2`]),
  ),
  ...['foo=bar=baz', 'foo=', 'foo= ', 'foo=a\tb', 'foo=\u00fc'].flatMap((member) =>
    states(`a bad value drops the state: ${JSON.stringify(member)}`, [`${member},bar=2`]),
  ),
  ...states('32 members are passed on', [members(10), members(10, 11), members(10, 21), members(2, 31)], members(32)),
  ...states('33 members drop the state, also when two have one key', [members(32), 'k1=1']),
  ...states('33 members drop the state', [members(10), members(10, 11), members(10, 21), members(3, 31)]),
  ...states('empty members do not count', [`${members(32)},,,`], members(32)),
  ...states('a key of 256 characters', ['foo=1', `${'z'.repeat(256)}=1`], `foo=1,${'z'.repeat(256)}=1`),
  ...states('a key of 257 characters drops the state', ['foo=1', `${'z'.repeat(257)}=1`]),
  ...[`${'t'.repeat(241)}@${'v'.repeat(14)}`, `${'t'.repeat(242)}@v`, `t@${'v'.repeat(15)}`, `t@${'v'.repeat(254)}`].flatMap((key) =>
    states(`a key of ${key.length} characters with an @ after ${key.indexOf('@')}`, ['foo=1', `${key}=1`], `foo=1,${key}=1`),
  ),
  ...states('a key of 257 characters with an @ drops the state', ['foo=1', `${'t'.repeat(242)}@${'v'.repeat(14)}=1`]),
  ...states('a value of 256 characters', [`foo=${'x'.repeat(256)}`], `foo=${'x'.repeat(256)}`),
  ...states('a value of 257 characters drops the state', [`foo=${'x'.repeat(257)},bar=1`]),
  ...states('512 characters are passed on', [`a=${'x'.repeat(253)},b=${'y'.repeat(254)}`], `a=${'x'.repeat(253)},b=${'y'.repeat(254)}`),
  ...states(
    'beyond 512 characters, long members go first',
    [`a=${'x'.repeat(200)},b=${'y'.repeat(100)},c=${'z'.repeat(250)}`],
    `a=${'x'.repeat(200)},b=${'y'.repeat(100)}`,
  ),
  ...states(
    'beyond 512 characters of short members, the last go',
    [Array.from({ length: 6 }, (_, i) => `k${i}=${'x'.repeat(97)}`).join(',')],
    Array.from({ length: 5 }, (_, i) => `k${i}=${'x'.repeat(97)}`).join(','),
  ),
];
