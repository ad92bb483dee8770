// The view: which part of the drawing is seen, and how large. Pan by drag, touch or arrow keys; zoom by
// wheel, pinch, keys or buttons, around the point that is meant.

const LEAST_ZOOM = 0.01;
const MOST_ZOOM = 12;
const MARGIN = 36;

/** Below this zoom no text can be read, and none is drawn. */
const TEXT_FROM = 0.16;

const isStill = matchMedia('(prefers-reduced-motion: reduce)');

// The drawing becomes the world; the sheet around it fills the stage.
const world = draw('g', { class: 'world' });
drawing.before(world);
drawing.removeAttribute('transform');
world.append(drawing);
for (const name of ['width', 'height', 'viewBox']) svg.removeAttribute(name);
svg.setAttribute('role', 'group');
svg.setAttribute('aria-label', svg.querySelector(':scope > title')?.textContent ?? document.title);
svg.querySelector(':scope > title')?.remove();

/** A point (x, y) of the drawing is seen at (x * zoom + view.x, y * zoom + view.y). */
const view = { x: 0, y: 0, zoom: 1 };

/** Whether the view is still the one that fits, which then follows the size of the window. */
let isFitted = true;

const isMany = 'many' in document.body.dataset;
let settling = 0;
let near = new Set();

/** Of many things, shows the text of those that are in view or close to it. */
function showText() {
  const next = new Set();
  if (view.zoom >= TEXT_FROM) {
    const { width, height } = stageSize();
    for (const thing of [...nodes, ...edges]) {
      if (!thing.element || !thing.box || thing.shown !== thing) continue;
      const [x, y] = middleOf(thing);
      const isNear = Math.abs(x * view.zoom + view.x - width / 2) < width && Math.abs(y * view.zoom + view.y - height / 2) < height;
      if (isNear) next.add(thing.element);
    }
  }
  for (const element of near) if (!next.has(element)) element.classList.remove('near');
  for (const element of next) if (!near.has(element)) element.classList.add('near');
  near = next;
}

function look(x, y, zoom) {
  Object.assign(view, { x, y, zoom });
  world.setAttribute('transform', `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${zoom.toPrecision(5)})`);
  svg.classList.toggle('far', zoom < TEXT_FROM);
  if (!isMany) return;
  clearTimeout(settling);
  settling = setTimeout(showText, 140);
}

/** Calls a step with 0 to 1 over a short time; one such motion at a time. */
let motion = 0;
function move(step, isAnimated = true, duration = 240) {
  cancelAnimationFrame(motion);
  if (!isAnimated || isStill.matches) {
    step(1);
    return;
  }
  const start = performance.now();
  const frame = (now) => {
    const part = Math.min(1, Math.max(0, (now - start) / duration));
    step(1 - (1 - part) ** 3);
    if (part < 1) motion = requestAnimationFrame(frame);
  };
  motion = requestAnimationFrame(frame);
}

/** Goes from the present view to another. */
function lookSlowly({ x, y, zoom }, isAnimated = true) {
  const from = { ...view };
  move((part) => look(mix(from.x, x, part), mix(from.y, y, part), mix(from.zoom, zoom, part)), isAnimated);
}

function mix(a, b, part) {
  return part === 1 ? b : a + (b - a) * part;
}

function zoomAt(px, py, factor) {
  const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.zoom * factor));
  const by = zoom / view.zoom;
  isFitted = false;
  look(px - (px - view.x) * by, py - (py - view.y) * by, zoom);
}

function zoomAtMiddle(factor) {
  const { width, height } = stageSize();
  zoomAt(width / 2, height / 2, factor);
}

function panBy(dx, dy) {
  isFitted = false;
  look(view.x + dx, view.y + dy, view.zoom);
}

function stageSize() {
  return { width: stage.clientWidth, height: stage.clientHeight };
}

/** The view of a drawing of a size that shows all of it. */
function fitted([drawnWidth, drawnHeight]) {
  const { width, height } = stageSize();
  const across = (width - 2 * MARGIN) / Math.max(1, drawnWidth);
  const down = (height - 2 * MARGIN) / Math.max(1, drawnHeight);
  const zoom = Math.min(1.4, Math.max(LEAST_ZOOM, Math.min(across, down)));
  return { x: (width - drawnWidth * zoom) / 2, y: (height - drawnHeight * zoom) / 2, zoom };
}

/** The view with a point of the drawing in the middle of what the panel leaves free. */
function centred([x, y]) {
  const { width, height } = stageSize();
  // The panel lies beside what it tells of, or below it where the window is narrow.
  const isBelow = panel.offsetTop > height / 3;
  const free = [isBelow ? width : width - panel.offsetWidth, isBelow ? panel.offsetTop : height];
  const zoom = Math.min(2, Math.max(view.zoom, 0.8));
  return { x: free[0] / 2 - x * zoom, y: free[1] / 2 - y * zoom, zoom };
}

// Pointers that are down, by id. One pans, two pinch.
const pointers = new Map();
let hasDragged = false;

svg.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  if (pointers.size === 0) hasDragged = false;
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, startX: event.clientX, startY: event.clientY });
});

svg.addEventListener('pointermove', (event) => {
  const pointer = pointers.get(event.pointerId);
  if (!pointer) return;
  // A hand is not steady: a few pixels are still a click.
  if (!hasDragged && Math.hypot(event.clientX - pointer.startX, event.clientY - pointer.startY) < 4) return;
  if (!hasDragged) {
    hasDragged = true;
    cancelAnimationFrame(motion);
    svg.classList.add('dragged');
    for (const id of pointers.keys()) svg.setPointerCapture(id);
  }
  const { left, top } = stage.getBoundingClientRect();
  const [first, second] = [...pointers.values()];
  const before = second && spread(first, second);
  const [dx, dy] = [event.clientX - pointer.x, event.clientY - pointer.y];
  pointer.x = event.clientX;
  pointer.y = event.clientY;
  if (!second) {
    panBy(dx, dy);
    return;
  }
  const after = spread(first, second);
  panBy(after.x - before.x, after.y - before.y);
  if (before.distance > 0) zoomAt(after.x - left, after.y - top, after.distance / before.distance);
});

for (const name of ['pointerup', 'pointercancel']) {
  addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0) svg.classList.remove('dragged');
  });
}

function spread(a, b) {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, distance: Math.hypot(a.x - b.x, a.y - b.y) };
}

// The click that ends a drag is none.
svg.addEventListener('click', (event) => {
  if (hasDragged) event.stopImmediatePropagation();
}, { capture: true });

svg.addEventListener('wheel', (event) => {
  event.preventDefault();
  cancelAnimationFrame(motion);
  const { left, top } = stage.getBoundingClientRect();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 30;
  // A pinch on a touchpad comes as a wheel with Control, in small steps.
  const speed = event.ctrlKey ? 0.01 : 0.0016;
  zoomAt(event.clientX - left, event.clientY - top, Math.exp(-Math.max(-400, Math.min(400, lines)) * speed));
}, { passive: false });

