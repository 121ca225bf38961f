/** Ends this process when the one that started it is gone, however hard that was killed. What we started goes with our guard. */
export function endWithStarter(): void {
  process.once('disconnect', () => process.exit(1));
}
