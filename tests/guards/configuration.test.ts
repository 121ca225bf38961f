import { describe, expect, it } from 'vitest';
import { authConfig } from '../../services/auth/src/config.ts';
import { gatewayConfig } from '../../services/gateway/src/config.ts';
import { messageConfig } from '../../services/message/src/config.ts';
import { migrateConfig } from '../../services/migrate/src/config.ts';
import { probeConfig } from '../../services/probe/src/config.ts';
import { workerConfig } from '../../services/worker/src/config.ts';
import { readText } from './project-files.ts';

const schemas = {
  auth: authConfig,
  gateway: gatewayConfig,
  message: messageConfig,
  migrate: migrateConfig,
  probe: probeConfig,
  worker: workerConfig,
};
const services = new Set(Object.values(schemas).flatMap((schema) => Object.keys(schema.properties)));
const listed = [...readText('.env.example').matchAll(/^(?:# ?)?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1] ?? '');

describe('.env.example', () => {
  it('when a service can be told something, lists it once', () => {
    expect([...services].filter((name) => !listed.includes(name))).toEqual([]);
    expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([]);
  });

  it('when it lists a variable, a service or the tools read it', () => {
    const ofTools = new Set([
      'HALLWAY_PORT_BASE',
      'HALLWAY_STATE_FOLDER',
      'HALLWAY_MONGO',
      'HALLWAY_REDIS',
      'HALLWAY_CHROMIUM',
      'HALLWAY_ADMIN_USERNAME',
      'HALLWAY_ADMIN_PASSWORD',
      'HALLWAY_ADMIN_CODE',
      'HALLWAY_NEW_PASSWORD',
      'HALLWAY_SMOKE_SENDER',
      'HALLWAY_SMOKE_RECEIVER',
      'HALLWAY_SMOKE_PASSWORD',
      'HALLWAY_SMOKE_RECEIVER_PASSWORD',
    ]);
    expect(listed.filter((name) => !services.has(name) && !ofTools.has(name))).toEqual([]);
  });
});

describe('a configuration schema', () => {
  it.each(Object.entries(schemas))('of %s gives a reason for each variable', (_, schema) => {
    const silent = Object.entries(schema.properties).filter(
      ([, property]) => !(property as { description?: string }).description,
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});
