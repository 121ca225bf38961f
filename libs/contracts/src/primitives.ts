import { type Static, type TSchema, Type } from 'typebox';
import { limits } from './limits.ts';

/** 24 lower-case hex characters, the text of a MongoDB ObjectId. */
export const Id = Type.String({ pattern: '^[0-9a-f]{24}$' });
/** ISO 8601 in UTC with milliseconds. */
export const Timestamp = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' });
/** Position of a message in its chat room: contiguous from 1. */
export const Seq = Type.Integer({ minimum: 1 });
/** A position or 0, which stands before the first message. */
export const SeqOrZero = Type.Integer({ minimum: 0 });
export const ClientMessageId = Type.String({ pattern: `^[A-Za-z0-9_-]{1,${limits.clientMessageIdLength}}$` });

export const Role = Type.Union([
  Type.Literal('student'),
  Type.Literal('parent'),
  Type.Literal('instructor'),
  Type.Literal('admin'),
]);
export type Role = Static<typeof Role>;

/** The role as the by-room family writes it: `Student` for `student` and so on. */
export const RoleModel = Type.Union([
  Type.Literal('Student'),
  Type.Literal('Parent'),
  Type.Literal('Instructor'),
  Type.Literal('Admin'),
]);
export type RoleModel = Static<typeof RoleModel>;

const models = { student: 'Student', parent: 'Parent', instructor: 'Instructor', admin: 'Admin' } as const;

export function toRoleModel(role: Role): RoleModel {
  return models[role];
}

export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

const idPattern = /^[0-9a-f]{24}$/;

export function isId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value);
}
