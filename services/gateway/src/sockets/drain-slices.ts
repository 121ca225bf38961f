export interface Slice {
  /** Sockets that are still here. */
  sockets: number;
  /** Of them, those that may be sent away now. */
  idle: number;
  /** Slices of time until all must be gone, this one included. */
  slicesLeft: number;
}

/**
 * Says, slice by slice, how many sockets go now, so that they leave evenly over all slices, however few or many they are, and
 * also while some come or go by themselves. The first goes at once: a gateway with one socket does not wait. Those that could
 * not go in their slice are made up for in the next. Pure but for what is still owed.
 */
export function createDrainSlices() {
  let owed = 1;
  return function countDue({ sockets, idle, slicesLeft }: Slice): number {
    const due = Math.min(idle, Math.floor(owed));
    owed += sockets / slicesLeft - due;
    return due;
  };
}
