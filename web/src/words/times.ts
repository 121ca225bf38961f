const dayMs = 86_400_000;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const longDay = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const longDayYear = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

/** Days between the calendar days of two moments in the reader's time zone: 0 on the same day, 1 for yesterday. */
export function daysBetween(earlier: Date, later: Date): number {
  const start = Date.UTC(earlier.getFullYear(), earlier.getMonth(), earlier.getDate());
  const end = Date.UTC(later.getFullYear(), later.getMonth(), later.getDate());
  return Math.round((end - start) / dayMs);
}

/** Versions of the locale's data differ on commas within a date; without them all agree. */
function toLongDay(moment: Date, format: Intl.DateTimeFormat): string {
  return format.format(moment).replaceAll(',', '');
}

/** 14:32 */
export function toClock(iso: string): string {
  return clock.format(new Date(iso));
}

/** The time of a row in a list: 14:32 today, Tue within the last week, 12 Mar this year, else 12 Mar 2025. */
export function toListTime(iso: string, now: Date): string {
  const moment = new Date(iso);
  const days = daysBetween(moment, now);
  // A clock that runs ahead of ours puts a message into tomorrow; its time of day is the least wrong thing to show.
  if (days <= 0) return clock.format(moment);
  if (days < 7) return weekday.format(moment);
  if (moment.getFullYear() === now.getFullYear()) return dayMonth.format(moment);
  return dayMonthYear.format(moment);
}

/** The heading above a day's messages: Today, Yesterday, Tuesday 12 March, and the year when it is another one. */
export function toDayHeading(iso: string, now: Date): string {
  const moment = new Date(iso);
  const days = daysBetween(moment, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return toLongDay(moment, moment.getFullYear() === now.getFullYear() ? longDay : longDayYear);
}

/** For screen readers and titles: "Tuesday 12 March 2025, 14:32". */
export function toFullTime(iso: string): string {
  const moment = new Date(iso);
  return `${toLongDay(moment, longDayYear)}, ${clock.format(moment)}`;
}

/** "Good morning" and so on, by the reader's clock. */
export function toGreeting(now: Date): string {
  const hour = now.getHours();
  if (hour < 5) return 'Good evening';
  if (hour < 12) return 'Good morning';
  return hour < 18 ? 'Good afternoon' : 'Good evening';
}
