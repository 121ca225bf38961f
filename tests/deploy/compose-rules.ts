import { type ComposeFile, type ComposeService, openFilesOf, secondsOf } from './compose-file.ts';

/** What each container must be, whoever made its image. Answers what is wrong with one, a sentence each. */
export function findHardeningFaults(name: string, service: ComposeService): string[] {
  const rules: [string, boolean][] = [
    ['runs as root, or as somebody with a name', /^[1-9]\d*:\d+$/.test(service.user ?? '')],
    ['may write to its image', service.read_only === true],
    ['has nowhere to write for a moment', service.tmpfs?.some((one) => /^\/tmp:size=\d+m$/.test(one)) ?? false],
    ['keeps capabilities', service.cap_drop?.join() === 'ALL' && service.cap_add === undefined],
    ['may gain privileges', (service.security_opt ?? []).includes('no-new-privileges:true')],
    ['is privileged', service.privileged !== true],
    ['does not come back when it dies', service.restart === 'unless-stopped' || endsByItself(service)],
    ['has no limit of open files', openFilesOf(service) >= 65_536],
    ['has no health check', service.healthcheck?.test !== undefined || isWithoutCheck(name, service)],
    ['keeps logs without end', service.logging?.options?.['max-size'] !== undefined],
    ['has no patience of its own', /^\d+s$/.test(service.stop_grace_period ?? '')],
    ['names its image by no variable with a tag', isNamedByVariable(service.image)],
  ];
  return rules.filter(([, holds]) => !holds).map(([what]) => `${name} ${what}`);
}

function endsByItself({ restart }: ComposeService): boolean {
  return restart === 'no' || /^on-failure:\d+$/.test(restart ?? '');
}

/** What ends by itself is asked for its exit code; and the image of the traces has no program that could ask. */
const withoutCheck = ['secrets', 'migrate', 'traces'];

function isWithoutCheck(name: string, { healthcheck }: ComposeService): boolean {
  return withoutCheck.includes(name) && healthcheck?.disable === true;
}

function isNamedByVariable(image: string | undefined): boolean {
  return /^\$\{[A-Z]+_IMAGE:-[a-z0-9./-]+:[A-Za-z0-9._-]+\}$/.test(image ?? '') && !/:latest\}$/.test(image ?? '');
}

/** A port that is published is on the address that .env chooses, and none is one of a store or an internal one. */
export function findPublishedFaults({ services }: ComposeFile): string[] {
  const allowed: Record<string, string> = {
    'front-door': '8080',
    prometheus: '9090',
    grafana: '3000',
    traces: '16686',
    mail: '8025',
  };
  return Object.entries(services).flatMap(([name, { ports = [], network_mode }]) => [
    ...ports
      .filter(
        (port) =>
          !new RegExp(`^\\$\\{HALLWAY_BIND:-127\\.0\\.0\\.1\\}:\\$\\{[A-Z]+_PORT:-\\d+\\}:${allowed[name]}$`).test(
            port,
          ),
      )
      .map((port) => `${name} publishes ${port}`),
    ...(network_mode === undefined || network_mode === 'none' ? [] : [`${name} uses the network ${network_mode}`]),
  ]);
}

/** Each waits for what it uses: for health where there is a check, for the end of what ends by itself. */
export function findGatingFaults({ services }: ComposeFile): string[] {
  const waits = Object.entries(services).flatMap(([name, { depends_on = {}, profiles = [] }]) =>
    Object.entries(depends_on).map(([needed, { condition }]) => ({ name, needed, condition, profiles })),
  );
  return waits.flatMap(({ name, needed, condition, profiles }) => {
    const other = services[needed];
    if (other === undefined) return [`${name} waits for ${needed}, which is not there`];
    const wanted = endsByItself(other) ? 'service_completed_successfully' : 'service_healthy';
    if (condition !== wanted) return [`${name} waits for ${needed} by ${condition}`];
    const isStarted = (other.profiles ?? []).every((profile) => profiles.includes(profile));
    return isStarted ? [] : [`${name} waits for ${needed}, which its profile does not start`];
  });
}

/** An orchestrator's patience is longer than the stop of the process, with this much to spare for its last words. */
const marginSeconds = 5;

export function findPatienceFaults(name: string, service: ComposeService, stopWithinMs: number): string[] {
  const needed = stopWithinMs / 1000 + marginSeconds;
  const given = secondsOf(service.stop_grace_period);
  return given >= needed ? [] : [`${name} is killed after ${given} s, and its stop may take ${needed} s`];
}

/** Nothing that lets somebody in stands in the file: it comes by a file of a volume. */
export function findSecretFaults(name: string, { environment = {} }: ComposeService): string[] {
  const isSecret = (variable: string) => /(KEY|KEYS|PASSWORD|SECRET|TOKEN|REDIS_URL)$/.test(variable);
  // The demo campus has one password, which everybody may know; .env replaces it.
  const isDemo = (value: string | null) => /^\$\{PROBE_[A-Z]+_PASSWORD:-hallway-demo\}$/.test(value ?? '');
  return Object.entries(environment)
    .filter(([variable, value]) => isSecret(variable) && !isDemo(value))
    .map(([variable]) => `${name} is told ${variable} in the open`);
}
