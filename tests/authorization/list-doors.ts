import { clientEvents } from '@hallway/contracts';

/** What of a running service is looked at. */
export interface RoutedApp {
  printRoutes: (options: { commonPrefix: false }) => string;
  hasRoute: (route: { method: string; url: string }) => boolean;
}

const indent = 4;

/** `GET /path` of every route that a service answers, HEAD apart, which stands for its GET. */
export function listRoutes(app: RoutedApp): string[] {
  const path: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const found = /^([│ ├└─]*)(\S+)(?: \(([A-Z, ]+)\))?$/.exec(line);
      if (!found) return [];
      const [, lead = '', segment = '', methods = ''] = found;
      path.length = lead.length / indent - 1;
      path.push(segment);
      return methods
        .split(', ')
        .filter((method) => method !== '' && method !== 'HEAD')
        .map((method) => toRoute(app, method, path.join('')));
    });
}

/** The list is read from text for people: what is read from it must be a route indeed. */
function toRoute(app: RoutedApp, method: string, url: string): string {
  if (!app.hasRoute({ method, url })) throw new Error(`${method} ${url} was read wrong from the list of routes`);
  return `${method} ${url}`;
}

/** `socket event` of every event that a client may send. */
export function listEvents(): string[] {
  return Object.keys(clientEvents).map((event) => `socket ${event}`);
}
