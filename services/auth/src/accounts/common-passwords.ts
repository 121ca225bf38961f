import { readFileSync } from 'node:fs';
import { toPasswordCore, toPlainForm } from './password-core.ts';

/** Whether a password is one that a guesser tries first. */
export type IsCommonPassword = (password: string) => boolean;

// Made by tools/common-passwords: one word a line, after the notice of its licence.
const listPath = new URL('./common-passwords.txt', import.meta.url);
// A repeated piece shorter than this adds nothing that a guesser would not try.
const shortPiece = 8;
const fewestDifferentSigns = 5;

/**
 * Knows the commonest passwords of the world from a list beside it, without a network. A listed word does not become better by
 * digits and signs around it, by signs for letters, or by saying it twice; neither do runs of neighbours such as `abcdefghijkl`.
 */
export function readCommonPasswords(): IsCommonPassword {
  const words = readFileSync(listPath, 'utf8').split('\n');
  const common = new Set(words.filter((word) => word !== '' && !word.startsWith('#')));

  function isListed(password: string): boolean {
    return common.has(password) || common.has(toPasswordCore(password));
  }

  return function isCommonPassword(password: string): boolean {
    const plain = toPlainForm(password);
    const piece = repeatedPieceOf(plain);
    return (
      isListed(plain) ||
      new Set(plain).size < fewestDifferentSigns ||
      isRun(plain) ||
      (piece !== null && (piece.length < shortPiece || isListed(piece)))
    );
  };
}

/** The shortest piece of which the text is a repetition, the last time perhaps cut off; null when it repeats nothing. */
function repeatedPieceOf(text: string): string | null {
  for (let length = 1; length <= text.length / 2; length += 1) {
    const piece = text.slice(0, length);
    if (piece.repeat(Math.ceil(text.length / length)).startsWith(text)) return piece;
  }
  return null;
}

/** Whether each sign is the next, or the one before, of its neighbour; digits go round. */
function isRun(text: string): boolean {
  const step = stepBetween(text[0], text[1]);
  if (step !== 1 && step !== -1) return false;
  for (let index = 2; index < text.length; index += 1) {
    if (stepBetween(text[index - 1], text[index]) !== step) return false;
  }
  return true;
}

function stepBetween(one = '', other = ''): number {
  if (one + other === '90') return 1;
  if (one + other === '09') return -1;
  return other.charCodeAt(0) - one.charCodeAt(0);
}
