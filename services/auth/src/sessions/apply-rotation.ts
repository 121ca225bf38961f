/** The refresh tokens of a session, by their hashes. */
export interface SessionTokens {
  /** Any of them may be used once: more than one after two tabs refreshed at the same moment. */
  current: string[];
  /** Used within the grace. */
  spent: { hash: string; at: Date }[];
}

export interface RotationRequest {
  tokens: SessionTokens;
  presented: string;
  /** Hash of the token that is handed out when the presented one is good. */
  fresh: string;
  now: Date;
  graceMs: number;
}

export type Rotation = { outcome: 'rotated'; tokens: SessionTokens } | { outcome: 'reused' };

// Tabs that one person has refreshing within the same ten seconds; beyond it the oldest token counts as used.
const siblingLimit = 20;
const spentLimit = 100;

/**
 * Uses up a token. Using one of several siblings uses up all of them: the tabs of a browser share one cookie, and a branch
 * that somebody else holds is found out. A used token works again within the grace, and hands out a further sibling.
 */
export function applyRotation({ tokens, presented, fresh, now, graceMs }: RotationRequest): Rotation {
  const inGrace = tokens.spent.filter(({ at }) => now.getTime() - at.getTime() <= graceMs);
  if (tokens.current.includes(presented)) {
    const spentNow = tokens.current.map((hash) => ({ hash, at: now }));
    return { outcome: 'rotated', tokens: { current: [fresh], spent: [...inGrace, ...spentNow].slice(-spentLimit) } };
  }
  if (!inGrace.some(({ hash }) => hash === presented)) return { outcome: 'reused' };
  const siblings = [...tokens.current, fresh];
  const dropped = siblings.slice(0, -siblingLimit).map((hash) => ({ hash, at: now }));
  return {
    outcome: 'rotated',
    tokens: { current: siblings.slice(-siblingLimit), spent: [...inGrace, ...dropped].slice(-spentLimit) },
  };
}
