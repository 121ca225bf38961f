import { parse } from 'yaml';
import { readText } from '../guards/project-files.ts';

export interface ComposeService {
  image?: string;
  build?: { dockerfile: string; args: Record<string, string> };
  profiles?: string[];
  command?: string[];
  environment?: Record<string, string | null>;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  privileged?: boolean;
  security_opt?: string[];
  restart?: string;
  network_mode?: string;
  networks?: string[] | Record<string, { aliases?: string[] }>;
  ports?: string[];
  tmpfs?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean; start_period?: string };
  stop_grace_period?: string;
  ulimits?: { nofile?: { soft: string; hard: string } };
  logging?: { options?: Record<string, string> };
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
}

/** docker-compose.yml with its anchors resolved, and its variables as they are written. */
export function readComposeFile(): ComposeFile {
  return parse(readText('docker-compose.yml'), { merge: true }) as ComposeFile;
}

/** Text with its variables replaced as Compose does it: by the value, or where there is none or an empty one by the default. */
export function interpolate(text: string, values: Record<string, string> = {}): string {
  return text.replace(/\$\{([A-Z_]+:?)-([^}]*)\}/g, (_, name: string, fallback: string) => {
    const value = values[name.replace(':', '')];
    return value === undefined || (name.endsWith(':') && value === '') ? fallback : value;
  });
}

/** What the process of a service finds in its environment. A name without a value is there only when `values` has it. */
export function environmentOf(service: ComposeService, values: Record<string, string> = {}): Record<string, string> {
  const entries = Object.entries(service.environment ?? {}).map(
    ([name, value]) => [name, value === null ? values[name] : interpolate(value, values)] as const,
  );
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** How many files the container may open. */
export function openFilesOf({ ulimits }: ComposeService): number {
  return Number(interpolate(ulimits?.nofile?.soft ?? '0'));
}

/** `NAME=value` lines, comments left out; with `commented`, also those that show a default. */
export function readVariables(path: string, { commented = false } = {}): Map<string, string> {
  const pattern = commented ? /^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$/gm : /^([A-Z][A-Z0-9_]+)=(.*)$/gm;
  return new Map([...readText(path).matchAll(pattern)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

export function secondsOf(duration: string | undefined): number {
  const match = /^(\d+)s$/.exec(duration ?? '');
  if (match === null) throw new Error(`"${duration}" is no whole number of seconds.`);
  return Number(match[1]);
}
