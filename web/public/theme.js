// Runs before the first paint, so that the page never flashes in the other theme.
// A file of its own, because a strict Content-Security-Policy refuses inline scripts.
// The key and the attribute are those of src/settings/preferences.ts.
(() => {
  let chosen = 'system';
  try {
    chosen = JSON.parse(localStorage.getItem('hallway.preferences') ?? '{}').theme ?? 'system';
  } catch {
    // Storage may be forbidden or hold something else: the system's theme is right then.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
