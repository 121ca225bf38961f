import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

type Theme = 'light' | 'dark';

function declarations(source: string): Map<string, string> {
  return new Map(Array.from(source.matchAll(/(--[\w-]+):\s*([^;]+);/g), ([, name, value]) => [name!, value!.trim()]));
}

const darkStart = css.indexOf('[data-theme="dark"]');
const light = declarations(css.slice(0, darkStart));
const themes: Record<Theme, Map<string, string>> = {
  light,
  dark: new Map([...light, ...declarations(css.slice(darkStart))]),
};

/** Relative luminance of WCAG 2.2 of an OKLCH colour, by way of Oklab's published matrices, clipped to sRGB. */
function luminance(lightness: number, chroma: number, hue: number): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  const red = clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function numbers(theme: Theme, value: string): number[] {
  const tokens = themes[theme];
  const flat = value.replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => tokens.get(name)!);
  return flat.split(/\s+/).map((part) => (part.endsWith('%') ? Number.parseFloat(part) / 100 : Number(part)));
}

function tokenLuminance(theme: Theme, role: string): number {
  const value = themes[theme].get(`--color-${role}`);
  const inside = value?.match(/^oklch\(([^/)]*(?:\([^)]*\))?[^/)]*)\)$/)?.[1];
  if (inside === undefined) throw new Error(`--color-${role} is not an opaque oklch() colour: ${value}`);
  const [lightness, chroma, hue] = numbers(theme, inside);
  return luminance(lightness!, chroma!, hue!);
}

function contrast(first: number, second: number): number {
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

const grounds = ['canvas', 'surface', 'raised', 'hover', 'chosen'];
const pairs = (inks: string[], on: string[]) => inks.flatMap((ink) => on.map((ground) => [ink, ground] as const));

const textPairs = [
  ...pairs(['ink', 'ink-soft'], [...grounds, 'theirs']),
  ...pairs(['accent', 'bad'], ['canvas', 'surface', 'raised', 'hover']),
  ...pairs(['good'], ['canvas', 'surface', 'raised']),
  ...pairs(['on-accent'], ['accent']),
  ...pairs(['on-mine'], ['mine']),
  ...pairs(['on-bad'], ['bad']),
  ...pairs(['canvas'], ['ink']),
];

// Glyphs, borders of fields, dots and the focus ring: what must be seen but is not read as text.
const controlPairs = [
  ...pairs(['ink-faint', 'accent', 'good', 'warn', 'bad'], ['canvas', 'surface', 'raised']),
  ...pairs(['ink-faint', 'accent', 'good'], ['hover', 'chosen']),
];

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  it.each(textPairs)('when %s is written on %s, reaches 4.5:1', (ink, ground) => {
    expect(contrast(tokenLuminance(theme, ink), tokenLuminance(theme, ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(controlPairs)('when %s marks a control on %s, reaches 3:1', (mark, ground) => {
    expect(contrast(tokenLuminance(theme, mark), tokenLuminance(theme, ground))).toBeGreaterThanOrEqual(3);
  });

  it('when an avatar takes any hue, its initials reach 4.5:1', () => {
    const [groundLightness, groundChroma] = numbers(theme, themes[theme].get('--avatar-ground')!);
    const [inkLightness, inkChroma] = numbers(theme, themes[theme].get('--avatar-ink')!);
    const ratios = Array.from({ length: 360 }, (_, hue) =>
      contrast(luminance(groundLightness!, groundChroma!, hue), luminance(inkLightness!, inkChroma!, hue)),
    );
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5);
  });
});

describe('the colour maths', () => {
  it('when white stands on black, answers 21:1', () => {
    expect(contrast(luminance(1, 0, 0), luminance(0, 0, 0))).toBeCloseTo(21, 3);
  });

  it('when the colour is the OKLCH of sRGB red, answers the luminance of red', () => {
    expect(luminance(0.62796, 0.25768, 29.234)).toBeCloseTo(0.2126, 3);
  });
});

describe('the components', () => {
  it('when they name a colour, it is a token of tokens.css', async () => {
    const sources = import.meta.glob('../**/*.tsx', { query: '?raw', import: 'default' });
    const roles = new Set(Array.from(light.keys(), (name) => name.replace('--color-', '')));
    const used = /\b(?:bg|text|border|ring|fill|outline|from|to|divide|accent|caret)-([a-z]+(?:-[a-z]+)*)(?:\/\d+)?/g;
    const raw = /#[0-9a-f]{3,8}\b|\boklch\(|\brgba?\(|\bhsla?\(|-\[(?:#|oklch|rgb|hsl)/i;
    const palette = /^(?:white|black|gray|slate|zinc|neutral|stone|red|green|blue|indigo|amber|yellow|sky|teal)$/;
    expect(Object.keys(sources).length).toBeGreaterThan(10);
    for (const [file, load] of Object.entries(sources)) {
      const text = (await load()) as string;
      expect(text, file).not.toMatch(raw);
      for (const [, name] of text.matchAll(used))
        expect(roles.has(name!) || !palette.test(name!), `${file}: ${name}`).toBe(true);
    }
  });
});
