import { describe, expect, it } from 'vitest';
import { planServices, servicePorts } from './service-plans.ts';

const setting = {
  root: '/clone',
  stateFolder: '/clone/.hallway',
  portBase: 3000,
  gateways: 2,
  mongoUrl: 'mongodb://127.0.0.1:1/hallway',
  redisUrl: 'redis://127.0.0.1:2',
};

describe('servicePorts', () => {
  it('when the base is 3000, answers the ports that the contract names', () => {
    expect(servicePorts(3000, 2)).toEqual([
      { name: 'auth', port: 3001, internalPort: 4001 },
      { name: 'message', port: 3002, internalPort: 4002 },
      { name: 'gateway-1', port: 3011, internalPort: 4011 },
      { name: 'gateway-2', port: 3012, internalPort: 4012 },
      { name: 'worker', port: null, internalPort: 4005 },
      { name: 'front-door', port: 3000, internalPort: 4000 },
    ]);
  });
});

describe('planServices', () => {
  it('when there are two message services, gives each a name and ports, and the door both', () => {
    const plans = planServices({ ...setting, messageServices: 2, env: {} });
    expect(plans.map(({ name }) => name).slice(0, 3)).toEqual(['auth', 'message', 'message-2']);
    expect(plans.find(({ name }) => name === 'message-2')?.env).toMatchObject({ PORT: '3003', INTERNAL_PORT: '4003' });
    const door = plans.find(({ name }) => name === 'front-door');
    expect(door?.env.MESSAGE_URLS).toBe('http://127.0.0.1:3002,http://127.0.0.1:3003');
  });

  const environmentOf = (name: string, env: NodeJS.ProcessEnv = {}) =>
    planServices({ ...setting, env }).find((plan) => plan.name === name)?.env;

  it('when the shell sets a tunable, lets it win', () => {
    const env = { LOG_LEVEL: 'debug', DEMO_CAMPUS: 'false' };
    expect(environmentOf('auth')).toMatchObject({ LOG_LEVEL: 'info', DEMO_CAMPUS: 'true' });
    expect(environmentOf('auth', env)).toMatchObject(env);
  });

  it('when the shell sets an address, keeps that of this stack', () => {
    const env = { PORT: '80', MONGODB_URI: 'mongodb://elsewhere', HOST: '0.0.0.0', INSTANCE_ID: 'x' };
    expect(environmentOf('gateway-2', env)).toMatchObject({
      PORT: '3012',
      INTERNAL_PORT: '4012',
      MONGODB_URI: setting.mongoUrl,
      HOST: '127.0.0.1',
      INSTANCE_ID: 'gateway-2',
      AUTH_URL: 'http://127.0.0.1:3001',
      AUTH_INTERNAL_URL: 'http://127.0.0.1:4001',
    });
  });

  it('when everything stops, the front door goes first and auth last', () => {
    const plans = planServices({ ...setting, env: {} });
    const byRank = plans.toSorted((a, b) => b.rank - a.rank).map(({ name }) => name);
    expect(byRank).toEqual(['front-door', 'gateway-1', 'gateway-2', 'message', 'worker', 'auth']);
  });
});
