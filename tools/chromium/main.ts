import { tellFailure } from '../terminal/refusal.ts';
import { findChromium } from './find-chromium.ts';

// Prints the path of a Chromium, after installing one where that is needed and possible.
try {
  console.log((await findChromium({ env: process.env, say: console.error })).path);
} catch (fault) {
  tellFailure(fault);
  process.exitCode = 1;
}
