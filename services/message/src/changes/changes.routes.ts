import { EditMessageBody, IdParams, RoomMessageAnswer } from '@hallway/contracts';
import { callerOf, type HttpServer } from '@hallway/platform';
import type { ChangeMessageUseCase } from './change-message.ts';

/** Edits and deletes of messages, in rooms of every kind. */
export function addChangeRoutes(app: HttpServer, { changeMessage }: { changeMessage: ChangeMessageUseCase }): void {
  app.patch(
    '/api/message/message/:id',
    { schema: { params: IdParams, body: EditMessageBody, response: { 200: RoomMessageAnswer } } },
    async (request) => {
      const { sub, role } = callerOf(request);
      const target = { callerId: sub, callerRole: role, messageId: request.params.id };
      return { message: await changeMessage({ ...target, change: 'edit', content: request.body.content }) };
    },
  );

  app.delete(
    '/api/message/message/:id',
    { schema: { params: IdParams, response: { 200: RoomMessageAnswer } } },
    async (request) => {
      const { sub, role } = callerOf(request);
      const target = { callerId: sub, callerRole: role, messageId: request.params.id };
      return { message: await changeMessage({ ...target, change: 'delete', content: '' }) };
    },
  );
}
