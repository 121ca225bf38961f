import type { Row } from '../matrix.ts';

const credential = { id: 'bWFkZS11cA', rawId: 'bWFkZS11cA', type: 'public-key', clientExtensionResults: {} };
const newPasskey = { ...credential, response: { clientDataJSON: 'e30', attestationObject: 'oA' } };
const usedPasskey = { ...credential, response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' } };

/** Signing in, and what belongs to one's own account. */
export const accountRows: Row[] = [
  { door: 'GET /.well-known/jwks.json', on: 'nothing', public: true, answers: 'ok' },
  {
    door: 'POST /api/auth/login',
    on: 'nothing',
    public: true,
    body: { username: '$username', password: 'hallway-demo' },
    answers: 'ok',
  },
  // Without the cookie, whoever asks: a token in the header is not what this door takes.
  { door: 'POST /api/auth/refresh', on: 'nothing', public: true, answers: 'SESSION_ENDED' },
  { door: 'POST /api/auth/logout', on: 'nothing', public: true, endsSession: true, answers: 'ok' },
  { door: 'GET /api/auth/me', on: 'nothing', answers: 'ok' },
  { door: 'GET /api/auth/sessions', on: 'nothing', answers: 'ok' },
  {
    door: 'DELETE /api/auth/sessions/:id',
    at: '/api/auth/sessions/$session',
    on: 'session',
    answers: { own: 'ok', stranger: 'NOT_FOUND' },
  },
  {
    door: 'POST /api/auth/password',
    on: 'nothing',
    body: { currentPassword: 'not-the-password', newPassword: 'sunny-lantern-walks-42' },
    answers: 'INVALID_CREDENTIALS',
  },
  // The challenge, the setup token or the passkey is what these doors ask for, whoever sends it.
  {
    door: 'POST /api/auth/login/second-factor',
    on: 'nothing',
    public: true,
    body: { challenge: 'made-up', code: '123456' },
    answers: 'UNAUTHENTICATED',
  },
  { door: 'POST /api/auth/login/passkey/options', on: 'nothing', public: true, answers: 'ok' },
  {
    door: 'POST /api/auth/login/passkey',
    on: 'nothing',
    public: true,
    body: { passkey: usedPasskey },
    answers: 'INVALID_CREDENTIALS',
  },
  {
    door: 'POST /api/auth/login/setup/totp',
    on: 'nothing',
    public: true,
    body: { setupToken: 'made-up' },
    answers: 'UNAUTHENTICATED',
  },
  {
    door: 'POST /api/auth/login/setup/totp/confirm',
    on: 'nothing',
    public: true,
    body: { setupToken: 'made-up', code: '123456' },
    answers: 'UNAUTHENTICATED',
  },
  {
    door: 'POST /api/auth/login/setup/passkey',
    on: 'nothing',
    public: true,
    body: { setupToken: 'made-up' },
    answers: 'UNAUTHENTICATED',
  },
  {
    door: 'POST /api/auth/login/setup/passkey/confirm',
    on: 'nothing',
    public: true,
    body: { setupToken: 'made-up', name: 'Mine', passkey: newPasskey },
    answers: 'UNAUTHENTICATED',
  },
  { door: 'GET /api/auth/second-factor', on: 'nothing', answers: 'ok' },
  { door: 'POST /api/auth/second-factor/confirmation/options', on: 'nothing', answers: 'ok' },
  {
    door: 'POST /api/auth/second-factor/confirmation',
    on: 'nothing',
    body: { currentPassword: 'not-the-password' },
    answers: 'INVALID_CREDENTIALS',
  },
  // Without a confirmation before: nobody changes how a session's owner signs in by having the session.
  { door: 'POST /api/auth/second-factor/totp', on: 'nothing', answers: 'CONFIRMATION_REQUIRED' },
  {
    door: 'POST /api/auth/second-factor/totp/confirm',
    on: 'nothing',
    body: { code: '123456' },
    answers: 'CONFLICT',
  },
  { door: 'DELETE /api/auth/second-factor/totp', on: 'nothing', answers: 'CONFIRMATION_REQUIRED' },
  { door: 'POST /api/auth/second-factor/passkeys/options', on: 'nothing', answers: 'CONFIRMATION_REQUIRED' },
  {
    door: 'POST /api/auth/second-factor/passkeys',
    on: 'nothing',
    body: { name: 'Mine', passkey: newPasskey },
    answers: 'VALIDATION_FAILED',
  },
  {
    door: 'PATCH /api/auth/second-factor/passkeys/:id',
    at: '/api/auth/second-factor/passkeys/$user',
    on: 'campus',
    body: { name: 'Mine' },
    answers: 'NOT_FOUND',
  },
  {
    door: 'DELETE /api/auth/second-factor/passkeys/:id',
    at: '/api/auth/second-factor/passkeys/$user',
    on: 'campus',
    answers: 'CONFIRMATION_REQUIRED',
  },
  { door: 'POST /api/auth/second-factor/recovery-codes', on: 'nothing', answers: 'CONFIRMATION_REQUIRED' },
];
