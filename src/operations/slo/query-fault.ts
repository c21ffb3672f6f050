/**
 * What is wrong with the query of an objective, as what it must be: `with {{.window}} for the window`. Whether Prometheus knows its
 * functions only Prometheus says (`promtool check rules`).
 */
const WINDOW = /\{\{\s*\.window\s*\}\}/g;
const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
/** Strings of PromQL, of which those in backquotes have no escapes, and comments: brackets in them count for nothing. */
const TEXT = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|#.*/g;

export function queryFault(query: unknown): string | undefined {
  if (typeof query !== 'string' || query.search(WINDOW) === -1) return 'with {{.window}} for the window';
  const code = query.replaceAll(WINDOW, '5m').replaceAll(TEXT, '');
  if (code.includes('{{')) return 'without a template but {{.window}}';
  if (/["'`]/.test(code)) return 'whose quotes are closed';
  return hasPairs(code) ? undefined : 'whose brackets are closed';
}

function hasPairs(code: string): boolean {
  const open: string[] = [];
  for (const char of code) {
    const close = CLOSES[char];
    if (close !== undefined) open.push(close);
    else if (')]}'.includes(char) && open.pop() !== char) return false;
  }
  return open.length === 0;
}
