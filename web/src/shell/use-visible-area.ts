import { useEffect } from 'react';

/**
 * Keeps the app as tall as what can be seen. A phone's keyboard covers the page on browsers that do not resize it for
 * the keyboard; the composer has to stand above it there. A page that is zoomed in by hand is left alone.
 */
export function useVisibleArea(): void {
  useEffect(() => {
    const view = window.visualViewport;
    if (view === null) return;
    const root = document.documentElement.style;
    const follow = () => {
      const covered = view.scale === 1 && window.innerHeight - view.height > 1;
      if (covered) {
        root.setProperty('--visible-height', `${view.height}px`);
        root.setProperty('--visible-top', `${view.offsetTop}px`);
      } else {
        root.removeProperty('--visible-height');
        root.removeProperty('--visible-top');
      }
    };
    view.addEventListener('resize', follow);
    view.addEventListener('scroll', follow);
    return () => {
      view.removeEventListener('resize', follow);
      view.removeEventListener('scroll', follow);
    };
  }, []);
}
