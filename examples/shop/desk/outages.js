// What does not work at the moment, to see what alerts make of it: POST /outages of the desk switches it.
export const outages = {
  /** The payment provider answers nothing. */
  payments: false,
  /** The assistant's model is overloaded. */
  assistant: false,
  /** A letter takes seconds. */
  post: false,
};
