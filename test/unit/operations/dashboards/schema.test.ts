import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkSchema } from './schema.ts';
import { SHOWN } from './shown-dashboard.ts';

describe("Grafana's schema", () => {
  for (const [file, shown] of SHOWN) it(`fits ${file}`, () => assert.deepEqual(checkSchema(shown), []));

  type Loose = Record<string, any>; // eslint-disable-line typescript/no-explicit-any
  const broken: readonly (readonly [what: string, breakIt: (shown: Loose) => void, fault: RegExp])[] = [
    ['a member that there is not', (shown) => (shown['panells'] = []), /Dashboard\.panells is not in the schema/],
    ['a title that is a number', (shown) => (shown['title'] = 1), /Dashboard\.title must be a string/],
    ['a panel without a type', (shown) => delete shown['panels'][1].type, /panels\[1\]\.type/],
    ['a place without a width', (shown) => delete shown['panels'][1].gridPos.w, /gridPos\.w is missing/],
    [
      'a kind of variable that there is not',
      (shown) => (shown['templating'].list[0].type = 'list'),
      /list\[0\]\.type must be of VariableType/,
    ],
    [
      'a threshold that is a text',
      (shown) => (shown['panels'][1].fieldConfig.defaults.thresholds.steps[0].value = '1'),
      /steps\[0\]\.value/,
    ],
    [
      'an override without properties',
      (shown) => shown['panels'][1].fieldConfig.overrides.push({ matcher: { id: 'byName' } }),
      /overrides/,
    ],
    ['an annotation without a colour', (shown) => delete shown['annotations'].list[0].iconColor, /iconColor is missing/],
  ];
  for (const [what, breakIt, fault] of broken)
    it(`does not fit ${what}`, () => {
      const shown = structuredClone(SHOWN[0]?.[1]) as unknown as Loose;
      breakIt(shown);
      assert.match(checkSchema(shown).join('\n'), fault);
    });
});
