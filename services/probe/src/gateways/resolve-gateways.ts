import { resolve4 } from 'node:dns/promises';
import { gatewaysMax } from '../config.ts';

interface ResolveGatewaysOptions {
  addresses: string[];
  /** Whether each address is a name that stands for several gateways. */
  resolve: boolean;
  lookUp?: (host: string) => Promise<string[]>;
}

/**
 * The addresses of the gateways at this moment, always in the same order, at most as many as the probe takes. Rejects when a
 * name cannot be resolved.
 */
export async function resolveGateways({ addresses, resolve, lookUp = resolve4 }: ResolveGatewaysOptions) {
  if (!resolve) return addresses.slice(0, gatewaysMax);
  const found = await Promise.all(
    addresses.map(async (address) => {
      const url = new URL(address);
      const hosts = await lookUp(url.hostname);
      return hosts.map((host) => `${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}`);
    }),
  );
  return found.flat().sort().slice(0, gatewaysMax);
}
