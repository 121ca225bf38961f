// What people write for a letter so that a password looks less like a word.
const standIns: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** One form for all ways to type a password: composed and in small letters. */
export function toPlainForm(password: string): string {
  return password.normalize('NFKC').toLowerCase();
}

/** The word in a password: without digits and signs around it, and with letters for what stands in for them. */
export function toPasswordCore(password: string): string {
  const word = toPlainForm(password).replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return [...word].map((sign) => standIns[sign] ?? sign).join('');
}
