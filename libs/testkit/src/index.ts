export * from './captured-log.ts';
export * from './eventually.ts';
export * from './own-redis.ts';
export * from './school.ts';
export * from './test-engines.ts';
export * from './token-issuer.ts';
