import { describe, expect, it } from 'vitest';
import { routeOf } from './route-of.ts';

describe('routeOf', () => {
  it.each([
    ['/api/auth/login', 'auth'],
    ['/api/directory/people?query=a', 'auth'],
    ['/api/admin/users/1', 'auth'],
    ['/.well-known/jwks.json', 'auth'],
    ['/api/messages', 'message'],
    ['/api/messages/507f1f77bcf86cd799439011?limit=5', 'message'],
    ['/api/message/chat-room', 'message'],
    ['/api/rooms/1/read', 'message'],
    ['/api/search/messages?q=hi', 'message'],
    ['/socket.io/?EIO=4&transport=websocket', 'gateway'],
  ])('when a service owns %s, sends it to %s', (url, destination) => {
    expect(routeOf(url)).toBe(destination);
  });

  it.each(['/api', '/api/', '/api/nope', '/api/authx', '/api/messagesx/1'])(
    'when nobody owns the API path %s, knows it as unknown',
    (url) => {
      expect(routeOf(url)).toBe('unknown-api');
    },
  );

  it.each(['/livez', '/readyz', '/metrics', '/metrics/', '/session-endings?since=1', '/rebalance'])(
    'when %s is asked for, which only internal ports serve, knows it as internal',
    (url) => {
      expect(routeOf(url)).toBe('internal');
    },
  );

  it.each(['/', '/learningDashboard/studentChat/1/2', '/apiary', '/socket.iox', '/assets/a.js'])(
    'when %s is no API path, leaves it to the web client',
    (url) => {
      expect(routeOf(url)).toBe('web');
    },
  );
});
