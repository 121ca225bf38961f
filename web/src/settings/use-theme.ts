import { useLayoutEffect } from 'react';
import { useMedia } from '../client/use-media.ts';
import { usePreferences } from './preferences.ts';

/** Keeps the page in the chosen theme. public/theme.js has set the first one before anything was painted. */
export function useTheme(): void {
  const { theme } = usePreferences();
  const systemIsDark = useMedia('(prefers-color-scheme: dark)');
  const dark = theme === 'dark' || (theme === 'system' && systemIsDark);
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
}
