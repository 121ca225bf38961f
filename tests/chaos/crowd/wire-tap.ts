import { Manager, type Socket } from 'socket.io-client';

/** Hears what passes between one client and the server, and changes nothing of it. */
export interface WireListener {
  /** Connected, from this port of the machine. */
  onConnect(port: number): void;
  onEvent(event: string, payload: unknown): void;
  onAsked(event: string, payload: unknown): void;
  /** Also a refusal; not called where there was no answer in time. */
  onAnswer(event: string, payload: unknown, answer: unknown): void;
  onNoAnswer(event: string, payload: unknown): void;
}

type Ask = (event: string, payload: unknown) => Promise<unknown>;

/**
 * The SDK shows states and not packets, and a check of the promises needs both: what came over the wire and what was made
 * of it. So every socket of this process is listened to; whose it is, is told by the session in its token.
 */
export function tapWire(findListener: (sessionId: string) => WireListener | undefined): void {
  const makeSocket = Manager.prototype.socket;
  Manager.prototype.socket = function tapped(...args) {
    const socket = makeSocket.apply(this, args);
    listenTo(socket, () => findListener(sessionOf(socket)));
    return socket;
  };
}

function listenTo(socket: Socket, listener: () => WireListener | undefined): void {
  socket.on('connect', () => {
    const port = localPortOf(socket);
    if (port !== undefined) listener()?.onConnect(port);
  });
  socket.onAny((event: string, payload: unknown) => listener()?.onEvent(event, payload));
  const ask = socket.emitWithAck.bind(socket) as unknown as Ask;
  const heard: Ask = async (event, payload) => {
    const known = listener();
    known?.onAsked(event, payload);
    try {
      const answer = await ask(event, payload);
      known?.onAnswer(event, payload, answer);
      return answer;
    } catch (cause) {
      known?.onNoAnswer(event, payload);
      throw cause;
    }
  };
  socket.emitWithAck = heard as unknown as typeof socket.emitWithAck;
}

/** Of the TCP connection under a WebSocket of Node. Undefined where the transport keeps it to itself. */
function localPortOf(socket: Socket): number | undefined {
  const transport = socket.io.engine?.transport as { ws?: { _socket?: { localPort?: number } } } | undefined;
  return transport?.ws?._socket?.localPort;
}

function sessionOf(socket: Socket): string {
  let token = '';
  const give = (data: object) => {
    token = 'token' in data ? String(data.token) : '';
  };
  if (typeof socket.auth === 'function') socket.auth(give);
  return sessionOfToken(token);
}

/** The session of an access token, which is not verified here; empty for anything else. */
export function sessionOfToken(token: string): string {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid?: string };
    return claims.sid ?? '';
  } catch {
    return '';
  }
}
