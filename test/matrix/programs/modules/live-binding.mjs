export var logger;
let later = 'not yet';
export { later as default };
export function prepare() {
  logger = 'assigned later';
  later = 'assigned later, too';
}
