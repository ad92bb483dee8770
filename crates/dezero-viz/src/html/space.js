// Space: how the room of what is collapsed closes, without laying anything out again.
//
// On each axis, a piecewise linear map that never falls takes old coordinates to new ones. Where something
// visible is, it has slope 1 (or more, where a box needs more room than the frame it stands for had). A band
// in which something was and nothing visible remains shrinks to the distance that its neighbours kept from it.
// So whatever did not overlap does not overlap afterwards, and orders stay.

/** Intervals [low, high] as few as possible, in order. */
function merged(intervals) {
  const result = [];
  for (const [low, high] of intervals.sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && low <= last[1]) last[1] = Math.max(last[1], high);
    else result.push([low, high]);
  }
  return result;
}

/**
 * Where in a frame, on one axis, a box takes little room that nothing else takes, not far from where it is
 * wanted; the middle of it.
 */
function nestle(start, length, size, wanted, taken) {
  let best = start + length / 2;
  let least = Infinity;
  for (let step = 0; step <= 32; step += 1) {
    const middle = start + size / 2 + (step / 32) * (length - size);
    const [low, high] = [middle - size / 2, middle + size / 2];
    let cost = size + (size * Math.abs(middle - wanted)) / length;
    for (const [a, b] of taken) cost -= Math.max(0, Math.min(b, high) - Math.max(a, low));
    if (cost < least) [best, least] = [middle, cost];
  }
  return best;
}

/**
 * The map of one axis.
 *
 * @param solid intervals in which something visible lies
 * @param gone intervals in which something lay that is not visible now
 * @param stretched intervals [low, high, slope] that need more room than they have
 * @param extent the end of the drawing; it begins at 0
 * @param gap what remains at least between neighbours that something lay between
 */
function axis(solid, gone, stretched, extent, gap) {
  const from = [0];
  const to = [0];
  const advance = (end, slope) => {
    const start = from.at(-1);
    if (end <= start) return;
    to.push(to.at(-1) + (end - start) * slope);
    from.push(end);
  };

  const lost = merged(gone);
  let next = 0;
  /** Goes to the end of a band without anything visible. */
  const close = (end, least) => {
    const start = from.at(-1);
    while (next < lost.length && lost[next][1] <= start) next += 1;
    if (end <= start) return;
    if (next === lost.length || lost[next][0] >= end) {
      advance(end, 1);
      return;
    }
    const first = Math.max(start, lost[next][0]);
    let last = first;
    for (let at = next; at < lost.length && lost[at][0] < end; at += 1) last = Math.min(end, lost[at][1]);
    const kept = Math.max(first - start, end - last, least);
    advance(end, Math.min(1, kept / (end - start)));
  };

  for (const [low, high] of merged(solid.concat(stretched.map(([a, b]) => [a, b])))) {
    close(low, gap);
    const inside = stretched.filter(([a, b]) => a < high && b > low);
    const ends = inside.flatMap(([a, b]) => [a, b]).filter((end) => end < high).sort((a, b) => a - b);
    for (const end of [...ends, high]) {
      const middle = (from.at(-1) + end) / 2;
      const slopes = inside.filter(([a, b]) => a <= middle && middle <= b).map(([, , slope]) => slope);
      advance(end, Math.max(1, ...slopes));
    }
  }
  close(extent, gap);

  const map = (value) => {
    if (value <= from[0]) return to[0] + value - from[0];
    if (value >= from.at(-1)) return to.at(-1) + value - from.at(-1);
    let [low, high] = [0, from.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (from[middle] <= value) low = middle;
      else high = middle;
    }
    return to[low] + ((value - from[low]) * (to[high] - to[low])) / (from[high] - from[low]);
  };
  map.extent = to.at(-1);
  return map;
}

/** The map that leaves everything where it is. */
function unmoved(extent) {
  return Object.assign((value) => value, { extent });
}

// Curves: points [x, y], 3n + 1 of them: a start, then two controls and an end for each cubic Bezier curve.

/** The two parts of one curve before and after a parameter, by de Casteljau's construction. */
function divide([a, b, c, d], t) {
  const between = (p, q) => [p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t];
  const [ab, bc, cd] = [between(a, b), between(b, c), between(c, d)];
  const [abc, bcd] = [between(ab, bc), between(bc, cd)];
  const middle = between(abc, bcd);
  return [[a, ab, abc, middle], [middle, bcd, cd, d]];
}

function isInside([x, y], [left, top, width, height]) {
  return x >= left && x <= left + width && y >= top && y <= top + height;
}

/** What of curves comes before they enter a frame; the start alone if that is in it. */
function outside(points, frame) {
  if (isInside(points[0], frame)) return [points[0]];
  for (let at = 0; at + 3 < points.length; at += 3) {
    const curve = points.slice(at, at + 4);
    for (let step = 1; step <= 16; step += 1) {
      if (!isInside(divide(curve, step / 16)[0][3], frame)) continue;
      let [low, high] = [(step - 1) / 16, step / 16];
      for (let halving = 0; halving < 12; halving += 1) {
        const middle = (low + high) / 2;
        if (isInside(divide(curve, middle)[0][3], frame)) high = middle;
        else low = middle;
      }
      return [...points.slice(0, at), ...divide(curve, low)[0]];
    }
  }
  return points;
}

/** Where a curve that comes from a point touches a box, and the way out of the box there. */
function touching([left, top, width, height], [x, y]) {
  const inset = (low, size, value) => {
    const corner = Math.min(12, size / 2);
    return Math.min(low + size - corner, Math.max(low + corner, value));
  };
  const [dx, dy] = [x - left - width / 2, y - top - height / 2];
  if (Math.abs(dx) / width > Math.abs(dy) / height) {
    return { point: [dx < 0 ? left : left + width, inset(top, height, y)], way: [Math.sign(dx), 0] };
  }
  return { point: [inset(left, width, x), dy > 0 ? top + height : top], way: [0, dy > 0 ? 1 : -1] };
}

/** The controls and the end of a smooth curve between two points, each with the way that the curve goes from it. */
function curveBetween(a, b) {
  const third = Math.hypot(b.point[0] - a.point[0], b.point[1] - a.point[1]) / 2.6;
  const control = ({ point, way }) => [point[0] + way[0] * third, point[1] + way[1] * third];
  return [control(a), control(b), b.point];
}

/** The direction from one point to another. */
function wayTo(a, b) {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  return [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
}

/** Leads curves on from their end to a box. */
function ledTo(points, box) {
  const end = points.at(-1);
  const touch = touching(box, end);
  if (Math.hypot(touch.point[0] - end[0], touch.point[1] - end[1]) < 2) return [...points.slice(0, -1), touch.point];
  return [...points, ...curveBetween({ point: end, way: wayTo(points.at(-2), end) }, touch)];
}

/** Takes the length of an arrow off the end of curves: returns the corners of the arrow. */
function arrowAt(points, size) {
  const tip = points.at(-1);
  const before = points.findLast((point) => Math.hypot(point[0] - tip[0], point[1] - tip[1]) > 0.5) ?? [tip[0], tip[1] - 1];
  const length = Math.hypot(tip[0] - before[0], tip[1] - before[1]);
  const [ux, uy] = [(tip[0] - before[0]) / length, (tip[1] - before[1]) / length];
  const base = [tip[0] - ux * size, tip[1] - uy * size];
  const half = size * 0.375;
  points[points.length - 1] = base;
  return [[base[0] - uy * half, base[1] + ux * half], tip, [base[0] + uy * half, base[1] - ux * half]];
}

