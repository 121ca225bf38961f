import type { Availability, Engine, EngineRole, EngineSource } from '@hallway/tools/engines';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';

const images = { mongo: 'mongo:8', redis: 'valkey/valkey:8' } as const;
// Long enough for a pull over a slow line; after it the next engine of the chain is taken.
const startWithinMs = 120_000;

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
      return {
        role,
        name: images[role],
        kind: 'docker',
        url,
        why,
        pid: () => null,
        stop: async () => {
          await container.stop({ timeout: 10_000 });
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
    .withCommand(['--replSet', 'rs0', '--bind_ip_all'])
    .withExposedPorts(27017)
    .withWaitStrategy(Wait.forLogMessage(/waiting for connections/i))
    .withStartupTimeout(startWithinMs)
    .start();
  const initiate = "rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'localhost:27017' }] })";
  await container.exec(['mongosh', '--quiet', '--eval', initiate]);
  await container.exec(['mongosh', '--quiet', '--eval', 'while (!db.hello().isWritablePrimary) sleep(50)']);
  const url = `mongodb://${container.getHost()}:${container.getMappedPort(27017)}/?directConnection=true`;
  return { container, url };
}

async function startRedis(): Promise<Started> {
  const container = await new GenericContainer(images.redis)
    .withCommand(['valkey-server', '--save', '', '--maxmemory-policy', 'noeviction'])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .withStartupTimeout(startWithinMs)
    .start();
  return { container, url: `redis://${container.getHost()}:${container.getMappedPort(6379)}` };
}
