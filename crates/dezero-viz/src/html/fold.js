// Folding: clusters that are collapsed to a box each, and expanded again.
//
// Every thing that can move keeps the numbers that place it (`now`) and knows how to show others (`place`);
// a fold computes where each goes, and the way there is animated where that is quick enough.

/** Above so many things that move, they jump. */
const MOST_ANIMATED = 1500;

const ARROW = 8;

let bundles = [];
let space = [unmoved(data.extent[0]), unmoved(data.extent[1])];

const foldable = clusters.filter((cluster) => cluster.collapsed && cluster.element);
for (const cluster of foldable) {
  cluster.isCollapsed = cluster.startsCollapsed === true;
  // Where in its frame the box that stands for it lies.
  cluster.middle = [0, 1].map((k) => cluster.frame[k] + cluster.frame[k + 2] / 2);
}

const rounded = (number) => Math.round(number * 100) / 100 || 0;

function shift(element, x, y) {
  if (rounded(x) === 0 && rounded(y) === 0) element.removeAttribute('transform');
  else element.setAttribute('transform', `translate(${rounded(x)} ${rounded(y)})`);
}

function pathOf(points) {
  let d = '';
  points.forEach(([x, y], at) => {
    d += `${at === 0 ? 'M' : at % 3 === 1 ? 'C' : ' '}${rounded(x)} ${rounded(y)}`;
  });
  return d;
}

const absent = new Set();
function show(element, isShown) {
  if (!element || absent.has(element) === !isShown) return;
  element.style.display = isShown ? '' : 'none';
  if (isShown) absent.delete(element);
  else absent.add(element);
}

// What can move, and how it is placed.

for (const node of nodes) {
  node.now = [0, 0];
  node.place = ([x, y]) => { if (node.element) shift(node.element, x, y); };
}

for (const cluster of clusters) {
  const { element, frame } = cluster;
  cluster.now = [...frame];
  if (!element) continue;
  const rect = element.querySelector(':scope > rect');
  const texts = [...element.querySelectorAll(':scope > text')];
  cluster.place = ([x, y, width, height]) => {
    Object.entries({ x, y, width, height }).forEach(([key, value]) => rect.setAttribute(key, rounded(Math.max(0, value))));
    for (const text of texts) shift(text, x - frame[0], y - frame[1]);
    if (cluster.button) shift(cluster.button, x + width - 16, y);
  };
}

/** The numbers of an edge: those of its line, then the shifts of its head, its tail and its label. */
function readEdge(edge) {
  const numbers = edge.line.getAttribute('d').match(/-?[\d.]+/g).map(Number);
  edge.points = [];
  for (let at = 0; at < numbers.length; at += 2) edge.points.push([numbers[at], numbers[at + 1]]);
  const [start, end] = [edge.points[0], edge.points.at(-1)];
  const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  edge.heads = [];
  edge.tails = [];
  for (const part of edge.element.querySelectorAll(':scope > path, :scope > circle')) {
    if (part === edge.line || part === edge.reach) continue;
    const at = part.getAttribute('d')?.match(/-?[\d.]+/g).map(Number) ?? [part.cx.baseVal.value, part.cy.baseVal.value];
    (distance(at, end) <= distance(at, start) ? edge.heads : edge.tails).push(part);
  }
  edge.texts = [...edge.element.querySelectorAll(':scope > text')];
  edge.now = [...numbers, 0, 0, 0, 0, 0, 0];
  edge.place = (now) => {
    const places = edge.points.map((_, at) => [now[2 * at], now[2 * at + 1]]);
    const d = pathOf(places);
    edge.line.setAttribute('d', d);
    edge.reach.setAttribute('d', d);
    const rest = now.slice(2 * edge.points.length);
    for (const part of edge.heads) shift(part, rest[0], rest[1]);
    for (const part of edge.tails) shift(part, rest[2], rest[3]);
    for (const text of edge.texts) shift(text, rest[4], rest[5]);
  };
}

/** A round button with a sign that is a path. */
function signButton(sign) {
  return draw('g', { class: 'sign' }, draw('circle', { class: 'reach', r: 14 }), draw('circle', { r: 8 }), draw('path', { d: sign }));
}

/** The button that collapses a cluster, and the box that stands for it then. */
function furnish(cluster) {
  const { element } = cluster;
  const count = `${cluster.members.length} nodes`;
  cluster.button = signButton('M-4 0H4');
  describe(cluster.button, `Collapse ${nameOf(cluster)} (${count})`, true);
  element.classList.add('foldable');
  layers.signs.append(cluster.button);
  thingOf.set(cluster.button, cluster);

  const box = element.cloneNode(false);
  box.removeAttribute('id');
  box.classList.add('box');
  describe(box, `Expand ${nameOf(cluster)}: ${cluster.collapsed} (${count})`, false);
  const rect = draw('rect', { rx: 10 });
  const title = [...element.querySelectorAll(':scope > text')].map((text) => text.cloneNode(true));
  const [smaller, line] = cluster.font;
  const below = cluster.collapsed.split('\n').map((text) => {
    const colour = title[0]?.getAttribute('fill') ?? 'currentColor';
    return draw('text', { class: 'collapsed', 'font-size': smaller, fill: colour, stroke: 'none' }, text);
  });
  const button = signButton('M-4 0H4M0 -4V4');
  box.append(rect, ...title, ...below, button);
  if (cluster.tooltip) box.prepend(draw('title', {}, cluster.tooltip));
  show(box, false);
  layers.nodes.append(box);
  thingOf.set(box, cluster);
  cluster.box = { kind: 'box', element: box, now: [...cluster.frame] };
  cluster.box.place = ([x, y, width, height]) => {
    Object.entries({ x, y, width, height }).forEach(([key, value]) => rect.setAttribute(key, rounded(Math.max(0, value))));
    let top = y + (height - cluster.size[1]) / 2 + 10;
    for (const text of [...title, ...below]) {
      const size = Number(text.getAttribute('font-size'));
      const high = below.includes(text) ? size * 1.2 : line;
      text.setAttribute('text-anchor', 'middle');
      text.setAttribute('x', rounded(x + width / 2));
      text.setAttribute('y', rounded(top + high / 2 + 0.36 * size));
      top += high;
    }
    shift(button, x + width - 16, y);
  };
}

function describe(element, label, isExpanded) {
  Object.entries({ tabindex: 0, role: 'button', 'aria-label': label, 'aria-expanded': isExpanded })
    .forEach(([key, value]) => element.setAttribute(key, value));
}

/** Says of everything what shows it: itself, a box or a bundle, or nothing. */
function assign() {
  for (const cluster of clusters) {
    const around = cluster.parent?.owner ?? null;
    cluster.owner = around ?? (cluster.isCollapsed ? cluster : null);
    show(cluster.element, !cluster.owner);
    show(cluster.button, !cluster.owner);
    if (cluster.box) show(cluster.box.element, cluster.owner === cluster);
  }
  for (const node of nodes) {
    node.shown = node.cluster?.owner ?? node;
    show(node.element, node.shown === node);
  }
  for (const bundle of bundles) {
    thingOf.delete(bundle.element);
    bundle.element.remove();
  }
  const between = new Map();
  for (const edge of edges) {
    if (!edge.line) continue;
    const [a, b] = [edge.from.shown, edge.to.shown];
    const isItself = a === edge.from && b === edge.to;
    edge.shown = isItself ? edge : null;
    show(edge.element, isItself);
    if (isItself || a === b) continue;
    if (!between.has(a)) between.set(a, new Map());
    const to = between.get(a);
    if (!to.has(b)) to.set(b, { kind: 'bundle', from: a, to: b, edges: [] });
    edge.shown = to.get(b);
    edge.shown.edges.push(edge);
  }
  bundles = [...between.values()].flatMap((to) => [...to.values()]);
}

/** Where a box would lie best for its edges, on one axis: in the middle of what they lead to. */
function wanted(cluster, k) {
  const [low, high] = [cluster.frame[k], cluster.frame[k] + cluster.frame[k + 2]];
  const within = (value) => Math.min(high, Math.max(low, value));
  const ends = cluster.members.flatMap((node) => [...node.in.map((edge) => edge.from), ...node.out.map((edge) => edge.to)])
    .filter((node) => node.shown !== cluster);
  if (ends.length === 0) return (low + high) / 2;
  return ends.reduce((sum, node) => sum + within(node.box[k]), 0) / ends.length;
}

/** The maps of both axes for what is shown now. */
function spaces() {
  if (!foldable.some((cluster) => cluster.isCollapsed)) return [unmoved(data.extent[0]), unmoved(data.extent[1])];
  return [0, 1].map((k) => {
    const [solid, gone, stretched, loose] = [[], [], [], []];
    const around = (box) => [box[k] - box[k + 2] / 2, box[k] + box[k + 2] / 2];
    for (const node of nodes) if (node.shown === node) solid.push(around(node.box));
    for (const edge of edges) if (edge.box) (edge.shown === edge ? solid : gone).push(around(edge.box));
    for (const cluster of clusters) {
      const [start, length] = [cluster.frame[k], cluster.frame[k + 2]];
      if (!(length > 0)) continue;
      if (!cluster.owner) {
        const [first, last] = k === 0 ? [cluster.padding, cluster.padding] : [6 + cluster.heading[1], cluster.padding];
        solid.push([start, start + first], [start + length - last, start + length]);
        if (k === 0) solid.push([start + 10, start + 10 + cluster.heading[0]]);
      } else if (cluster.owner === cluster) {
        gone.push([start, start + length]);
        if (cluster.size[k] <= length) loose.push(cluster);
        else stretched.push([start, start + length, cluster.size[k] / length]);
      }
    }
    let taken = merged(solid);
    // Those with the least choice first.
    loose.sort((a, b) => a.frame[k + 2] - b.frame[k + 2]);
    for (const cluster of loose) {
      const size = cluster.size[k];
      cluster.middle[k] = nestle(cluster.frame[k], cluster.frame[k + 2], size, wanted(cluster, k), taken);
      taken = merged([...taken, [cluster.middle[k] - size / 2, cluster.middle[k] + size / 2]]);
    }
    return axis(taken, gone, stretched, data.extent[k], data.gap[k]);
  });
}

/** Where a cluster's frame, or its box, goes. */
function framed({ frame, size, middle: within }, isBox) {
  const [mapX, mapY] = space;
  const [left, top] = [mapX(frame[0]), mapY(frame[1])];
  const [width, height] = [mapX(frame[0] + frame[2]) - left, mapY(frame[1] + frame[3]) - top];
  if (!isBox) return [left, top, width, height];
  const middle = (k, start, length) => (size[k] <= frame[k + 2] ? space[k](within[k]) : start + length / 2);
  return [middle(0, left, width) - size[0] / 2, middle(1, top, height) - size[1] / 2, size[0], size[1]];
}

function shifted({ box }) {
  return [0, 1].map((k) => space[k](box[k]) - box[k]);
}

/** Where an edge that is shown itself goes: its ends go with its nodes, what is between with the maps. */
function routed(edge) {
  const [from, to] = [shifted(edge.from), shifted(edge.to)];
  const last = edge.points.length - 1;
  const target = edge.points.flatMap(([x, y], at) => {
    if (at === 0) return [x + from[0], y + from[1]];
    if (at === last) return [x + to[0], y + to[1]];
    return [space[0](x), space[1](y)];
  });
  return [...target, ...to, ...from, ...(edge.box ? shifted(edge) : [0, 0])];
}

/** Draws a bundle along the way of the first of its edges. */
function drawBundle(bundle) {
  const [edge] = bundle.edges;
  if (!edge.points) readEdge(edge);
  const [fromBox, toBox] = [bundle.from, bundle.to].map((end) => (end.kind === 'cluster' ? framed(end, true) : null));
  let points = edge.points;
  if (toBox) points = outside(points, bundle.to.frame);
  if (fromBox) points = outside(points.toReversed(), bundle.from.frame).toReversed();
  points = points.map(([x, y]) => [space[0](x), space[1](y)]);
  const moved = (point, [dx, dy]) => [point[0] + dx, point[1] + dy];
  if (!fromBox) points[0] = moved(edge.points[0], shifted(edge.from));
  if (!toBox) points[points.length - 1] = moved(edge.points.at(-1), shifted(edge.to));
  if (points.length <= 4) {
    // Too little of the way is left to follow.
    const [first, second] = edge.points;
    const [beforeLast, last] = edge.points.slice(-2);
    const start = fromBox ? touching(fromBox, points[0]) : { point: points[0], way: wayTo(first, second) };
    const end = toBox ? touching(toBox, points.at(-1)) : { point: points.at(-1), way: wayTo(last, beforeLast) };
    points = [start.point, ...curveBetween(start, end)];
  } else {
    if (toBox) points = ledTo(points, toBox);
    if (fromBox) points = ledTo(points.toReversed(), fromBox).toReversed();
  }

  const element = edge.element.cloneNode(false);
  for (const attribute of ['id', 'style']) element.removeAttribute(attribute);
  element.classList.add('bundle');
  const parts = [];
  const end = (arrows, box, node) => {
    if (arrows.length > 0 && box) {
      const corners = arrowAt(points, ARROW);
      const fill = edge.element.getAttribute('stroke') ?? 'currentColor';
      parts.push(draw('path', { class: 'arrow', d: `M${corners.map((p) => p.map(rounded).join(' ')).join('L')}Z`, fill, 'stroke-dasharray': 'none' }));
    } else if (!box) {
      for (const arrow of arrows) {
        const part = arrow.cloneNode(true);
        shift(part, ...shifted(node));
        parts.push(part);
      }
    }
  };
  end(edge.heads, toBox, edge.to);
  points.reverse();
  end(edge.tails, fromBox, edge.from);
  points.reverse();

  const d = pathOf(points);
  element.append(draw('path', { class: 'reach', d }), draw('path', { fill: 'none', d }), ...parts);
  const at = 3 * Math.floor((points.length - 1) / 6);
  bundle.middle = points.length > 3 ? divide(points.slice(at, at + 4), 0.5)[0][3] : points[0];
  if (bundle.edges.length > 1) {
    const [x, y] = bundle.middle.map(rounded);
    element.append(draw('text', { class: 'times', x, y: y + 4, 'text-anchor': 'middle' }, `×${bundle.edges.length}`));
  }
  bind(bundle, element);
  layers.edges.append(element);
}

/** Shows what is collapsed and what is not. A cluster that is given stays where it is on the screen. */
function refold({ isAnimated = true, still = null } = {}) {
  const before = still && (still.isCollapsed ? still.now : still.box.now);
  cancelAnimationFrame(motion);
  assign();
  space = spaces();
  const moves = [];
  const send = (thing, target) => {
    if (target.every((number, at) => number === thing.now[at])) return;
    moves.push({ thing, from: thing.now, target });
  };
  // What is hidden waits in its box, from where it comes again; of many things, where it was.
  const goes = (thing) => !isMany || thing.shown === thing;
  for (const node of nodes) if (goes(node)) send(node, shifted(node));
  for (const edge of edges) {
    if (!edge.line) continue;
    if (!goes(edge)) continue;
    if (!edge.points) readEdge(edge);
    send(edge, routed(edge));
  }
  for (const cluster of clusters) {
    if (!cluster.element) continue;
    if (cluster.box) {
      const box = framed(cluster, true);
      // A box that appears grows out of the frame, one that is not seen waits in it.
      const isNew = cluster.owner === cluster && cluster.box.element.dataset.was !== 'shown';
      cluster.box.element.dataset.was = cluster.owner === cluster ? 'shown' : 'hidden';
      if (isNew) cluster.box.now = [...cluster.now];
      cluster.box.place(cluster.box.now);
      send(cluster.box, box);
    }
    send(cluster, framed(cluster, false));
  }
  bundles.forEach(drawBundle);
  remark();

  const from = { ...view };
  let goal = isFitted ? fitted(extentNow()) : from;
  if (still && !isFitted) {
    const after = still.isCollapsed ? framed(still, true) : framed(still, false);
    const corner = (place) => [place[0] + place[2] - 16, place[1]];
    const [[ax, ay], [bx, by]] = [corner(before), corner(after)];
    goal = { x: view.x + (ax - bx) * view.zoom, y: view.y + (ay - by) * view.zoom, zoom: view.zoom };
  }
  move((part) => {
    for (const { thing, from: start, target } of moves) {
      thing.now = part === 1 ? target : target.map((number, at) => mix(start[at], number, part));
      thing.place?.(thing.now);
    }
    look(mix(from.x, goal.x, part), mix(from.y, goal.y, part), mix(from.zoom, goal.zoom, part));
  }, isAnimated && moves.length <= MOST_ANIMATED);
}

function extentNow() {
  return space.map((map) => map.extent);
}

function fold(cluster, isCollapsed) {
  cluster.isCollapsed = isCollapsed;
  refold({ still: cluster });
}

function foldAll(isCollapsed) {
  for (const cluster of foldable) cluster.isCollapsed = isCollapsed;
  isFitted = true;
  refold();
}

/** Expands whatever hides a thing. */
function reveal(thing) {
  const ends = thing.kind === 'edge' ? [thing.from, thing.to] : [thing];
  const around = new Set();
  for (const end of ends) for (let cluster = end.cluster; cluster; cluster = cluster.parent) around.add(cluster);
  const hiding = [...around].filter((cluster) => cluster.isCollapsed);
  if (hiding.length === 0) return;
  for (const cluster of hiding) cluster.isCollapsed = false;
  refold({ isAnimated: false });
}

/** The middle of a thing as it is shown. */
function middleOf(thing) {
  if (thing.kind === 'node') return [0, 1].map((k) => space[k](thing.box[k]));
  if (thing.kind === 'bundle') return thing.middle;
  if (thing.kind === 'cluster') {
    const [x, y, width, height] = framed(thing, thing.isCollapsed);
    return [x + width / 2, y + height / 2];
  }
  if (thing.box) return [0, 1].map((k) => space[k](thing.box[k]));
  const [a, b] = [middleOf(thing.from), middleOf(thing.to)];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

// Above everything else, so that no edge covers them.
layers.signs = draw('g', { class: 'signs' });
drawing.append(layers.signs);
foldable.forEach(furnish);
for (const cluster of clusters) if (cluster.element) cluster.place(cluster.now);

