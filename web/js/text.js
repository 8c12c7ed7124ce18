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
