export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string };

const webAddress = /https?:\/\/[^\s<>"]+/gi;
/** A sentence's own punctuation after an address is not part of it. */
const trailing = new Set(".,;:!?'’”)]");

/**
 * A closing bracket belongs to an address that opened one, as in an encyclopaedia's. Looked at from the end and once: a pattern
 * that is anchored there would begin anew at each of thousands of dots, for as long as everybody's page stands still.
 */
function trimTrailing(address: string): string {
  let end = address.length;
  while (end > 0 && trailing.has(address.charAt(end - 1))) end -= 1;
  const trimmed = address.slice(0, end);
  return trimmed.includes('(') && address[end] === ')' ? `${trimmed})` : trimmed;
}

/** Parts of a message's plain text, in order: joined, they are the text again. Only http and https become links. */
export function toTextParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(webAddress)) {
    const address = trimTrailing(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push({ kind: 'link', text: address });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

// Pasted text can carry control characters that nobody sees and the server refuses: they are dropped while typing.
const unsendable = /[^\P{Cc}\n\t]/gu;

/** What the composer keeps of what was typed or pasted. */
export function toSendable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(unsendable, '');
}
