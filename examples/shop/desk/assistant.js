// Answers questions, and remembers the answers. The model is a stand-in that runs here.
import { setTimeout as delay } from 'node:timers/promises';
import { aiMetrics, cacheMetrics, watchCache } from 'signalbox/metrics';
import { outages } from './outages.js';

const MAX_ANSWERS = 3;

const model = aiMetrics({ provider: 'local', model: 'lamp-1' });

/** Answers, with what they take in bytes. */
class Answers extends Map {
  calculatedSize = 0;

  set(question, text) {
    this.delete(question);
    this.calculatedSize += Buffer.byteLength(text);
    return super.set(question, text);
  }

  delete(question) {
    this.calculatedSize -= Buffer.byteLength(this.get(question) ?? '');
    return super.delete(question);
  }
}

const answers = watchCache(new Answers(), { name: 'answers' });
const evictions = cacheMetrics({ name: 'answers' });

export async function answer(question) {
  const known = answers.get(question);
  if (known) {
    model.cacheHit();
    return known;
  }
  model.cacheMiss();
  const { choices } = await model.call(() => complete(question));
  const text = choices[0].message.content;
  if (answers.size >= MAX_ANSWERS) {
    answers.delete(answers.keys().next().value);
    evictions.evicted('size');
  }
  answers.set(question, text);
  return text;
}

/** Answers as the API of a provider does; it is overloaded by what is too hard. */
async function complete(question) {
  await delay(5);
  if (outages.assistant || question.includes('meaning of life')) throw Object.assign(new Error('overloaded'), { name: 'OverloadedError' });
  const content = `About "${question}": a lamp is the answer, mostly the one on the desk.`;
  return {
    choices: [{ message: { content } }],
    usage: { prompt_tokens: Math.ceil(question.length / 4), completion_tokens: Math.ceil(content.length / 4) },
  };
}
