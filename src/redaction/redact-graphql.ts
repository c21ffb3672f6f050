import { REDACTED } from './secret-shapes.ts';
import { closingBracket } from './value-end.ts';

/** Where a block string begins; a string (also one that does not end), a comment, a number, a variable or a name. */
const TOKEN = /"""|"(?:[^"\\\r\n]|\\[^])*["\\]?|#[^\r\n]*|\$?[A-Za-z_]\w*|-?\d[\w.+-]*/g;

const GRAPHQL_OPERATION = /\b(?:query|mutation|subscription)\b[\s\w]{0,64}[({]/;
const GRAPHQL_VARIABLES = /\bvariables["'\\]{0,4}\s{0,4}[:=]\s{0,4}(?=\{)/g;

/**
 * A document of GraphQL without the data in it: strings, block strings and numbers become `?`, comments go. Names,
 * variables (`$id`), enums and punctuation stay.
 *
 * @see https://spec.graphql.org/October2021/#sec-Appendix-Grammar-Summary.Lexical-Tokens
 */
export function redactGraphql(document: string): string {
  let result = '';
  let done = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(document); match; match = TOKEN.exec(document)) {
    const [token] = match;
    if (token === '"""') TOKEN.lastIndex = blockStringEnd(document, TOKEN.lastIndex);
    result += document.slice(done, match.index);
    if (!token.startsWith('#')) result += /^["\d-]/.test(token) ? '?' : token;
    done = TOKEN.lastIndex;
  }
  return result + document.slice(done);
}

/** Behind the three quotes that no backslash stands in front of. */
function blockStringEnd(document: string, from: number): number {
  let end = document.indexOf('"""', from);
  while (end > from && document[end - 1] === '\\') end = document.indexOf('"""', end + 3);
  return end === -1 ? document.length : end + 3;
}

/** Text in which a document of GraphQL stands, without its variables: they are what people typed. */
export function redactGraphqlVariables(text: string): string {
  if (!GRAPHQL_OPERATION.test(text)) return text;
  let result = '';
  let done = 0;
  GRAPHQL_VARIABLES.lastIndex = 0;
  for (let match = GRAPHQL_VARIABLES.exec(text); match; match = GRAPHQL_VARIABLES.exec(text)) {
    const start = GRAPHQL_VARIABLES.lastIndex;
    const end = closingBracket(text, start);
    if (end > start + 2) result += text.slice(done, start) + REDACTED; // not `{}`
    else result += text.slice(done, end);
    done = GRAPHQL_VARIABLES.lastIndex = end;
  }
  return result + text.slice(done);
}
