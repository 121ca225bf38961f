import type { Row } from '../matrix.ts';
import { accountRows } from './account-rows.ts';
import { adminRows } from './admin-rows.ts';
import { courseRoomRows } from './course-room-rows.ts';
import { directoryRows } from './directory-rows.ts';
import { messageRows } from './message-rows.ts';
import { roomRows } from './room-rows.ts';
import { socketRows } from './socket-rows.ts';

/** The authorization matrix: every door of Hallway, and who may pass it. */
export const allRows: Row[] = [
  ...accountRows,
  ...directoryRows,
  ...messageRows,
  ...roomRows,
  ...courseRoomRows,
  ...socketRows,
  ...adminRows,
];
