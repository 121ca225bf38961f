/** Whether the machine believes that it has a network, where something can say so. */
export interface NetworkState {
  isOffline(): boolean;
  watch(onChange: () => void): () => void;
}

export function findNetworkState(): NetworkState {
  const listens = typeof globalThis.addEventListener === 'function';
  return {
    isOffline: () => globalThis.navigator?.onLine === false,
    watch(onChange) {
      if (!listens) return () => undefined;
      globalThis.addEventListener('online', onChange);
      globalThis.addEventListener('offline', onChange);
      return () => {
        globalThis.removeEventListener('online', onChange);
        globalThis.removeEventListener('offline', onChange);
      };
    },
  };
}
