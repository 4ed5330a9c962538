// Numbers and times for people.

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

export function bytes(count) {
  if (count == null) return '–';
  let [value, unit] = [count, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(value < 9.995 ? 2 : 1)} ${units[unit]}`;
}

export const rate = (count) => (count == null ? '' : `${bytes(count)}/s`);

export function duration(seconds) {
  if (seconds == null) return '–';
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds < 10 ? Math.round(seconds * 10) / 10 : whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const grouped = new Intl.NumberFormat();

export const number = (value) => (value == null ? '–' : grouped.format(value));
export const percent = (share) => (share == null ? '' : `${Math.floor(100 * share)} %`);

export function time(text) {
  if (!text) return '–';
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : day.format(date);
}

export function ago(text) {
  const seconds = (Date.now() - new Date(text)) / 1000;
  if (Number.isNaN(seconds)) return text;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return time(text);
}

export const many = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;
