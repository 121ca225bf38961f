import { Refusal } from '../terminal/refusal.ts';
import { isFree } from './open-ports.ts';
import { ownerOfPort } from './port-owner.ts';

/** Rejects with a `Refusal` that names the first taken port, and its owner where the system tells. Changes nothing. */
export async function assertPortsFree(ports: number[], portBase: number): Promise<void> {
  for (const port of ports) {
    if (await isFree(port)) continue;
    const owner = ownerOfPort(port);
    const elsewhere = portBase === 8000 ? 9000 : 8000;
    throw new Refusal(
      `Port ${port} is taken${owner === null ? '' : ` by ${owner}`}. ` +
        `Stop that, or move Hallway's ports: HALLWAY_PORT_BASE=${elsewhere} npm start`,
    );
  }
}
