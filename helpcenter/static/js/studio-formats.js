// What the recorder makes: the best form that this browser can make and our side can use, and how many bits it takes.

/** Bits per second of the picture, by how good the host's line is. */
export const LINES = { good: 3_000_000, fair: 1_500_000, poor: 600_000 };
export const SOUND = 128_000;

// H.264 is copied on our side, which costs next to nothing; all else is encoded anew there.
const FORMS = [
  "video/webm;codecs=h264,opus",
  "video/mp4;codecs=avc1.42E01F,mp4a.40.2",
  "video/mp4;codecs=avc1.42E01F,opus",
  "video/mp4",
  "video/webm;codecs=vp8,opus",
  "video/webm",
];

/** The first form that `supported(mime)` says yes to, or null. */
export function pickForm(supported) {
  return FORMS.find((form) => supported(form)) ?? null;
}

/** The next line below, or the same where there is none. */
export function slower(line) {
  const names = Object.keys(LINES);
  return names[Math.min(names.indexOf(line) + 1, names.length - 1)];
}

/** What is missing in this browser, as a word of the page, or "" where it can do all that the studio needs. */
export function whatIsMissing({ isSecureContext, mediaDevices, recorder, canvas }) {
  if (!isSecureContext) return "insecure";
  if (!mediaDevices?.getUserMedia || !recorder || !canvas?.captureStream) return "unsupported";
  return pickForm((form) => recorder.isTypeSupported(form)) ? "" : "unsupported";
}
