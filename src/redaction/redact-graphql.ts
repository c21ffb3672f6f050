/** A string or a block string (also one that does not end), a comment, a number, a variable or a name. */
const TOKEN = /"""(?:[^"\\]|\\"""|\\|"(?!""))*(?:"""|$)|"(?:[^"\\\r\n]|\\[^]?)*(?:"|(?=[\r\n])|$)|#[^\r\n]*|\$?[A-Za-z_]\w*|-?\d[\w.+-]*/g;

/**
 * A document of GraphQL without the data in it: strings, block strings and numbers become `?`, comments go. Names,
 * variables (`$id`), enums and punctuation stay.
 *
 * @see https://spec.graphql.org/October2021/#sec-Appendix-Grammar-Summary.Lexical-Tokens
 */
export function redactGraphql(document: string): string {
  return document.replace(TOKEN, (token) => {
    if (token.startsWith('#')) return '';
    return token.startsWith('"') || /^[-\d]/.test(token) ? '?' : token;
  });
}
