import type { Availability, Engine, EngineRole, EngineSource } from '@hallway/tools/engines';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';

const images = { mongo: 'mongo:8', redis: 'valkey/valkey:8' } as const;
// Long enough for a pull over a slow line; after it the next engine of the chain is taken.
const startWithinMs = 120_000;
// A set of one elects itself within a second or two; a busy machine may take longer.
const electWithinMs = 30_000;

/** The engines of production in containers, for tests, wherever a container engine answers and has or gets the image. */
export function createContainerEngines(): Record<EngineRole, EngineSource> {
  return { mongo: createSource('mongo', startMongo), redis: createSource('redis', startRedis) };
}

function createSource(role: EngineRole, startContainer: () => Promise<Started>): EngineSource {
  return {
    kind: 'docker',
    prepare: findContainerEngine,
    async start(why): Promise<Engine> {
      const { container, url } = await startContainer();
      let stopped: Promise<unknown> | undefined;
      return {
        role,
        name: images[role],
        kind: 'docker',
        url,
        why,
        pid: () => null,
        stop: async () => {
          stopped ??= container.stop();
          await stopped;
        },
      };
    },
  };
}

interface Started {
  container: StartedTestContainer;
  url: string;
}

async function findContainerEngine(): Promise<Availability> {
  try {
    await getContainerRuntimeClient();
    return { available: true, why: 'a container engine answers' };
  } catch {
    return { available: false, because: 'no container engine answers' };
  }
}

async function startMongo(): Promise<Started> {
  const container = await new GenericContainer(images.mongo)
    // Its own share of memory would be half of the machine's.
    .withCommand(['mongod', '--replSet', 'rs0', '--bind_ip_all', '--wiredTigerCacheSizeGB', '0.5'])
    .withExposedPorts(27017)
    .withWaitStrategy(Wait.forLogMessage(/waiting for connections/i))
    .withStartupTimeout(startWithinMs)
    .start();
  try {
    await makeReplicaSet(container);
  } catch (fault) {
    await container.stop();
    throw fault;
  }
  const url = `mongodb://${container.getHost()}:${container.getMappedPort(27017)}/?directConnection=true`;
  return { container, url };
}

/** Only a replica set acknowledges by a majority; its one member elects itself within a second or two. */
async function makeReplicaSet(container: StartedTestContainer): Promise<void> {
  const script = `
    if (!db.hello().setName) rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'localhost:27017' }] });
    const deadline = Date.now() + ${electWithinMs};
    while (!db.hello().isWritablePrimary && Date.now() < deadline) sleep(50);
    quit(db.hello().isWritablePrimary ? 0 : 1);`;
  const { exitCode, output } = await container.exec(['mongosh', '--quiet', '--norc', '--eval', script]);
  if (exitCode !== 0) throw new Error(`${images.mongo} takes no writes (${output.trim().slice(-200) || 'no primary'})`);
}

async function startRedis(): Promise<Started> {
  const container = await new GenericContainer(images.redis)
    // Reached from outside of its container, without a password.
    .withCommand(['valkey-server', '--protected-mode', 'no', '--save', '', '--maxmemory-policy', 'noeviction'])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .withStartupTimeout(startWithinMs)
    .start();
  return { container, url: `redis://${container.getHost()}:${container.getMappedPort(6379)}` };
}
