// What the desk's customers write to its bot, once each.
const MESSAGES = [
  '/start',
  '/login 271828',
  '/login',
  'which lamp is the brightest?',
  'which lamp is the brightest?',
  'how warm is warm white?',
  'can a lamp be too small?',
  'do lamps dream?',
  'what is the meaning of life?',
  '/subscribe small',
  '/subscribe large',
  '/subscribe small',
  '/subscribe',
  '/subscribe large anna',
  '/cancel small',
  '/invoice 2026-11',
  '/letter Hauptstrasse',
  '/letter',
  '/unknown',
];

/**
 * Write them, one after the other, by three customers.
 *
 * @param {string} url - of the desk.
 * @returns {Promise<number>} how many were answered.
 */
export async function writeToDesk(url) {
  let answered = 0;
  for (const [i, text] of MESSAGES.entries()) {
    const id = 100 + (i % 3);
    const entities = text.startsWith('/') ? [{ type: 'bot_command', offset: 0, length: text.split(' ')[0].length }] : [];
    const response = await fetch(`${url}/updates`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-customer': String(id) },
      body: JSON.stringify({ message: { text, entities, from: { id } } }),
    });
    if (response.ok) answered++;
    await response.arrayBuffer();
  }
  return answered;
}
