/**
 * How many command and event streams there are. A room belongs to one for ever: changing the number needs every service
 * stopped and the streams empty. Sixteen lets sixteen message services share the work, and is few enough to read at once.
 */
export const partitionCount = 16;

export const allPartitions: readonly number[] = Array.from({ length: partitionCount }, (_, partition) => partition);

/** The partition of a chat room, by FNV-1a over its id. */
export function partitionOf(chatRoomId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < chatRoomId.length; index += 1) {
    hash = Math.imul(hash ^ chatRoomId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % partitionCount;
}

/**
 * Every key and channel in Redis, built here and nowhere else. What one script or transaction touches together shares a
 * hash tag in braces, so that it lies in one slot of a cluster.
 */
export function createBusNames(prefix: string) {
  return {
    commands: (partition: number) => `${prefix}:{p${partition}}:commands`,
    events: (partition: number) => `${prefix}:{p${partition}}:events`,
    eventPosition: (partition: number) => `${prefix}:{p${partition}}:event-position`,
    partitionLease: (partition: number) => `${prefix}:{p${partition}}:owner`,
    messageServices: `${prefix}:message-services`,
    requests: `${prefix}:requests`,
    replies: (instance: string) => `${prefix}:replies:${instance}`,
    /** What a person may send, counted over all doors of all processes. */
    sendBucket: (userId: string) => `${prefix}:send-bucket:${userId}`,
    pendingReadMarks: (chatRoomId: string) => `${prefix}:read-marks:${chatRoomId}`,
    /** Stands in a Redis that has not been emptied since a message service last looked. */
    marksKeptBy: (instance: string) => `${prefix}:marks-kept-by:${instance}`,
    /** The same in a Cluster, whose nodes can be emptied one by one: a sign beside the streams of each partition. */
    marksKeptInCluster: (instance: string) => allPartitions.map((p) => `${prefix}:{p${p}}:marks-kept-by:${instance}`),
    /** Stands in a Redis that has not been emptied since the worker last rebuilt what it loses with it. */
    workerMark: `${prefix}:worker-mark`,
    /** The same in a Cluster: a mark beside the streams of each partition, and one beside the jobs. */
    workerMarksInCluster: [
      ...allPartitions.map((p) => `${prefix}:{p${p}}:worker-mark`),
      `{${prefix}:jobs}:worker-mark`,
    ],
    loginAccounts: `${prefix}:login-account`,
    loginAddresses: `${prefix}:login-address`,
    knownLogin: (pair: string) => `${prefix}:login-known:${pair}`,
    sessionEndings: `${prefix}:session-endings`,
    directoryChanges: `${prefix}:{directory}:changes`,
    directoryPosition: `${prefix}:{directory}:position`,
    gateways: `${prefix}:{presence}:gateways`,
    /** Gateways that stopped in order and whose people nobody has looked after yet. */
    gatewaysLeft: `${prefix}:{presence}:gateways-left`,
    gatewayPeople: (gateway: string) => `${prefix}:{presence}:people:${gateway}`,
    lastSeen: (userId: string) => `${prefix}:last-seen:${userId}`,
    socketAdapter: `${prefix}:socket.io`,
    jobs: `{${prefix}:jobs}`,
  } as const;
}

export type BusNames = ReturnType<typeof createBusNames>;
