// What host and guest share of WebRTC: descriptions that hold all candidates, since they are left for each other, not streamed.

const GATHERING = 2000;

/** The local description once its candidates are in it, or after two seconds with those that were found. */
export async function described(connection) {
  if (connection.iceGatheringState !== "complete") {
    await new Promise((resolve) => {
      setTimeout(resolve, GATHERING);
      connection.addEventListener("icegatheringstatechange", () => connection.iceGatheringState === "complete" && resolve());
    });
  }
  return connection.localDescription.sdp;
}

/** Call `lost()` once, when the connection has failed or stays away for five seconds. */
export function whenLost(connection, lost) {
  let timer = 0;
  let told = false;
  const tell = () => {
    if (told || connection.signalingState === "closed") return;
    told = true;
    lost();
  };
  connection.addEventListener("connectionstatechange", () => {
    clearTimeout(timer);
    if (connection.connectionState === "failed") tell();
    if (connection.connectionState === "disconnected") timer = setTimeout(tell, 5000);
  });
}

/** Keep what is sent of a picture within what a house's line carries upwards. */
export async function limit(sender, { bits, frames, shrink }) {
  const values = sender.getParameters();
  if (!values.encodings?.length) return;
  Object.assign(values.encodings[0], { maxBitrate: bits, maxFramerate: frames, scaleResolutionDownBy: shrink });
  await sender.setParameters(values).catch(() => {}); // a browser that cannot, sends as much as it thinks right
}
