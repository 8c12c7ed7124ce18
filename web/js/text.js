// Times, sizes and names as people read them.

export function clock(time_s) {
  const whole = Math.max(0, Math.floor(time_s || 0));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const seconds = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

export function about(time_s) {
  if (time_s < 1.5) {
    return "about a second";
  }
  if (time_s < 90) {
    return `about ${Math.round(time_s)} seconds`;
  }
  const minutes = Math.round(time_s / 60);
  return minutes < 90 ? `about ${minutes} minutes` : `about ${Math.round(minutes / 60)} hours`;
}

export function size(bytes) {
  const units = ["bytes", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function stemName(stem) {
  const words = stem.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function minutesLeft(left_s) {
  const minutes = Math.floor(Math.max(0, left_s) / 60);
  return left_s > 0 && !minutes ? "under 1 min left" : `${minutes.toLocaleString()} min left`;
}

export function dayOf(moment) {
  return new Date(moment).toLocaleDateString(undefined, { day: "numeric", month: "long" });
}

// Day and time as the reader's language writes them; the year when it is another one than now.
export function shortMoment(moment) {
  const date = new Date(moment);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleString(undefined, { day: "numeric", month: "short", year, hour: "numeric", minute: "2-digit" });
}
