// Cameras, microphones and screens: asked for, remembered, and what is said where they are not to be had.

const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const REASONS = {
  NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none",
  NotReadableError: "in-use", AbortError: "in-use",
};
const KINDS = ["video", "audio"];

/** The reason word ("denied", "none", "in-use") for what a browser threw. */
export const reasonOf = (error) => REASONS[error.name] ?? "in-use";

/** What may be seen and heard: remembered devices first, any others where those are gone. */
export function wishes(kind, chosen) {
  const base = kind === "audio" ? SOUND : PICTURE;
  return chosen ? [{ ...base, deviceId: { exact: chosen } }, base] : [base];
}

/**
 * `{ video, audio, why }`: a track of each kind that is to be had, null where none is, and why not, by kind.
 *
 * Both are asked for at once first, since that is one question to the person and not two.
 */
export async function openDevices(chosen) {
  try {
    const stream = await ask(Object.fromEntries(KINDS.map((kind) => [kind, wishes(kind, chosen[kind])[0]])));
    return { video: stream.getVideoTracks()[0] ?? null, audio: stream.getAudioTracks()[0] ?? null, why: {} };
  } catch {
    return oneByOne(chosen);
  }
}

async function oneByOne(chosen) {
  const found = { video: null, audio: null, why: {} };
  for (const kind of KINDS) {
    try {
      found[kind] = await openDevice(kind, chosen[kind]);
    } catch (error) {
      found.why[kind] = reasonOf(error);
    }
  }
  return found;
}

/** One track of the kind. Throws what the browser throws. */
export async function openDevice(kind, chosen) {
  let refused;
  for (const wish of wishes(kind, chosen)) {
    try {
      return (await ask({ [kind]: wish })).getTracks()[0];
    } catch (error) {
      refused = error;
      if (reasonOf(error) === "denied") break;
    }
  }
  throw refused;
}

const ask = (wish) => navigator.mediaDevices.getUserMedia(wish);

/** A screen, a window or a tab, with its sound where the browser gives it; null where the person thinks better of it. */
export async function openScreen() {
  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } }, audio: true });
  } catch (error) {
    if (error.name === "NotAllowedError") return null;
    throw error;
  }
}

/** Fill a select with the devices of a kind; `current` is chosen, and the choice is hidden where there is none. */
export async function listDevices(select, kind, current) {
  const wanted = kind === "audio" ? "audioinput" : "videoinput";
  const found = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === wanted && one.deviceId);
  const options = found.map((one, index) => {
    const option = new Option(one.label || `${select.dataset.nameless} ${index + 1}`, one.deviceId);
    option.selected = one.deviceId === current;
    return option;
  });
  select.replaceChildren(...options);
  select.disabled = options.length === 0;
}

/** What this browser remembers under the name, an object. */
export function remembered(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "{}");
  } catch {
    return {};
  }
}

export function remember(name, values) {
  try {
    localStorage.setItem(name, JSON.stringify({ ...remembered(name), ...values }));
  } catch {
    // a private window that keeps nothing
  }
}
