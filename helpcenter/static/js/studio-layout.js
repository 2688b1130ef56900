// Who stands where in the picture: rectangles only, nothing is drawn here.

const GAP = 8;

/** `{ screen, people }`: a rectangle for the screen (null without one) and one for each of the `count` people. */
export function arrange({ count, screen, width, height }) {
  if (!screen) return { screen: null, people: grid(count, { x: 0, y: 0, width, height }) };
  if (count < 2) return { screen: { x: 0, y: 0, width, height }, people: count ? [corner(width, height)] : [] };
  const side = Math.round(width * 0.22);
  const people = column(count, { x: width - side, y: 0, width: side, height });
  return { screen: { x: 0, y: 0, width: width - side - GAP, height }, people };
}

function grid(count, box) {
  if (count < 2) return count ? [box] : [];
  const rows = count > 2 ? 2 : 1;
  const width = (box.width - GAP) / 2;
  const height = (box.height - GAP * (rows - 1)) / rows;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / 2);
    const alone = index === count - 1 && count % 2 === 1;
    const left = alone ? (box.width - width) / 2 : (index % 2) * (width + GAP);
    return { x: box.x + left, y: box.y + row * (height + GAP), width, height };
  });
}

function column(count, box) {
  const height = Math.min((box.height - GAP * (count - 1)) / count, box.width);
  const top = box.y + (box.height - height * count - GAP * (count - 1)) / 2;
  return Array.from({ length: count }, (_, index) => ({
    x: box.x, y: top + index * (height + GAP), width: box.width, height,
  }));
}

function corner(width, height) {
  const size = { width: Math.round(width * 0.22), height: Math.round(height * 0.22) };
  return { x: width - size.width - 3 * GAP, y: height - size.height - 3 * GAP, ...size };
}

/** The part of a picture of this size that fills the box; what stands over is cut off on both sides alike. */
export function cover(size, box) {
  const scale = Math.max(box.width / size.width, box.height / size.height);
  const [width, height] = [box.width / scale, box.height / scale];
  return { x: (size.width - width) / 2, y: (size.height - height) / 2, width, height };
}

/** Where a whole picture of this size stands in the box. */
export function contain(size, box) {
  const scale = Math.min(box.width / size.width, box.height / size.height);
  const [width, height] = [size.width * scale, size.height * scale];
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}
