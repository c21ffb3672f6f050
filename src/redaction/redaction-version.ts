/** Grows whenever values are judged otherwise from then on, for those who remember what was found. */
export const redactionVersion = { current: 0 };
