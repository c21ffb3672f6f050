/** Secrets in the tables that programs print: `| user | password |` above `| ann | … |`, `password<TAB>…`, rows of CSV. */
import { isHarmless } from './said-of-secrets.ts';
import { rowOf, secrecyOf } from './secret-names.ts';
import { REDACTED } from './secret-shapes.ts';
import { isChosen } from './stated-values.ts';

/** What stands between cells. The first that is in a line counts. */
const BETWEEN: readonly RegExp[] = [/[|│]/g, /\t/g, / {2,}/g, /;/g, /,/g];
/** From here on, cells of a header are single words: sentences have commas too. */
const FIRST_OF_CSV = 3;

const RULE = /^[\s|+:=\-─━│┼├┤┬┴┌┐└┘╪╞╡]*$/;
const LONGEST_CELL = 256;
const MOST_CELLS = 64;

const HEADER_CELL = /^(?:[\p{L}_][\p{L}\p{N}_ .-]{0,31}|\(index\))$/u;
const HEADER_CELL_OF_CSV = /^["']?[\p{L}_][\p{L}\p{N}_.-]{0,31}["']?$/u;
/** What is said of a field, in a table of fields. */
const OF_A_FIELD =
  /^(?:string|text|varchar|char|number|int|integer|bool|boolean|required|optional|yes|no|null|not null|true|false|none)(?:\(\d{1,5}\))?$/i;

interface Cell {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Row {
  readonly kind: number;
  readonly cells: readonly Cell[];
}

interface Header {
  readonly kind: number;
  readonly names: readonly string[];
}

export function redactCells(text: string): string {
  let header: Header | undefined;
  let isFirst = true;
  return text
    .split('\n')
    .map((line) => {
      const row = rowIn(line);
      if (row === undefined) {
        if (line.trim() !== '' && RULE.test(line)) return line;
        header = undefined;
        isFirst = true;
        return line;
      }
      const isData = header !== undefined && header.kind === row.kind && header.names.length === row.cells.length;
      if (!isData) header = isFirst ? headerOf(row) : undefined;
      isFirst = false;
      if (isData) return withoutCells(line, row, (header as Header).names, false);
      return row.cells.length === 2 ? withoutCells(line, row, ['', row.cells[0]!.text], true) : line;
    })
    .join('\n');
}

/** @param mustLook - the name stands in the same line, where what it says may be anything. */
function withoutCells(line: string, { cells }: Row, names: readonly string[], mustLook: boolean): string {
  let result = line;
  for (let i = cells.length - 1; i >= 0; i--) {
    const { end, start, text } = cells[i] as Cell;
    const name = names[i] as string;
    if (rowOf(name)?.isStated !== true || isHarmless(text, name, secrecyOf(name), true) || OF_A_FIELD.test(text)) continue;
    if (!mustLook || isChosen(text)) result = result.slice(0, start) + REDACTED + result.slice(end);
  }
  return result;
}

function headerOf({ cells, kind }: Row): Header | undefined {
  const form = kind < FIRST_OF_CSV ? HEADER_CELL : HEADER_CELL_OF_CSV;
  const names = cells.map(({ text }) => text);
  if (!names.every((name) => form.test(name) && !OF_A_FIELD.test(name))) return undefined;
  const isPair = names.length === 2 && rowOf(names[0] as string) !== undefined;
  return isPair || !names.some((name) => rowOf(name)?.isStated === true) ? undefined : { kind, names };
}

function rowIn(line: string): Row | undefined {
  const kind = BETWEEN.findIndex((each) => line.trim().search(each) !== -1);
  if (kind === -1 || RULE.test(line)) return undefined;
  const cells: Cell[] = [];
  let from = 0;
  for (const { index, 0: between } of [...line.matchAll(BETWEEN[kind] as RegExp), { index: line.length, 0: '' }]) {
    const inside = line.slice(from, index);
    const text = inside.trim();
    const start = from + inside.length - inside.trimStart().length;
    // Nothing stands outside of the frame, or in front of an indented line.
    if (text !== '' || (kind !== 0 && kind !== 2)) cells.push({ start, end: start + text.length, text });
    if (text.length > LONGEST_CELL || cells.length > MOST_CELLS) return undefined;
    from = index + between.length;
  }
  return cells.length < 2 ? undefined : { kind, cells };
}
