/** Where a chat room is shown. */
export function toRoomPath(chatRoomId: string): string {
  return `/messages/${chatRoomId}`;
}

/** Opens the direct room with a person, made when it is not there yet. */
export function toPersonPath(personId: string, courseId?: string): string {
  const path = `/messages/with/${personId}`;
  return courseId === undefined ? path : `${path}?course=${courseId}`;
}

/** The link that learning platforms carry: opens that room of that instructor. */
export function toStudentChatPath(instructorId: string, chatRoomId: string): string {
  return `/learningDashboard/studentChat/${instructorId}/${chatRoomId}`;
}

export function toCoursePath(courseId: string): string {
  return `/courses/${courseId}`;
}
