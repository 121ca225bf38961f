import { useEffect, useState } from 'react';

/** The current time, renewed each minute, so that "14:32" becomes "Tue" without a reload. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
