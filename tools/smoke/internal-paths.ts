import { Refusal } from '../terminal/refusal.ts';

/** What the services say to their neighbours alone: contract section 7, and the ended sessions of the auth service. */
const INTERNAL_PATHS = ['/metrics', '/livez', '/readyz', '/session-endings', '/rebalance'];

/** Answers which of them an address hands out. Rejects with a `Refusal` when nobody answers there. */
export async function findRoutedInternals({
  origin,
  withinMs,
}: {
  origin: string;
  withinMs: number;
}): Promise<string[]> {
  const routed: string[] = [];
  for (const path of INTERNAL_PATHS) {
    const response = await ask(`${origin}${path}`, withinMs);
    // A path of no service is a page of the web client.
    const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
    if (response.ok && !isPage) routed.push(path);
    await response.body?.cancel();
  }
  return routed;
}

async function ask(url: string, withinMs: number): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(withinMs) });
  } catch (fault) {
    const { cause, message } = fault as Error & { cause?: { code?: string; message?: string } };
    throw new Refusal(`Nobody answers at ${new URL(url).origin} (${cause?.code ?? cause?.message ?? message}).`);
  }
}
