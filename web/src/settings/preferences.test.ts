import { describe, expect, it } from 'vitest';
import { parsePreferences } from './preferences.ts';

const defaults = { theme: 'system', enterSends: true, listWidth: 320 };

describe('parsePreferences', () => {
  it.each([null, '', 'not json', 'null', '[]', '7', '{"theme":"pink","enterSends":"yes","listWidth":"wide"}'])(
    'when the stored text is %j, answers the defaults',
    (text) => {
      expect(parsePreferences(text)).toEqual(defaults);
    },
  );

  it('when every field is sound, keeps each', () => {
    const stored = { theme: 'dark', enterSends: false, listWidth: 400 };
    expect(parsePreferences(JSON.stringify(stored))).toEqual(stored);
  });

  it('when the width is out of bounds, brings it back in', () => {
    expect(parsePreferences('{"listWidth":9000}').listWidth).toBe(480);
    expect(parsePreferences('{"listWidth":1}').listWidth).toBe(240);
  });
});
