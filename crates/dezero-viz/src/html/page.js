// The page: what lights up, the panel, the search, the theme and the keys; and the start of it all.

const $ = (selector) => document.querySelector(selector);
const panel = $('.panel');
const content = panel.querySelector('.content');
const field = $('.search input');
const count = $('.search .count');

// What is pointed at, with all that leads to it and all that follows from it. Their copies lie over the
// drawing, which fades as a whole: that stays quick when the drawing is large.

const HOVER_DELAY = 60;
const MOST_COPIES = 1200;
const lit = draw('g', { class: 'lit', 'aria-hidden': 'true' });
world.append(lit);
let hovered = null;
let hoverTimer = 0;

/** The element that shows a thing now, if one does. */
function elementOf(thing) {
  const shown = thing.shown ?? thing;
  return shown?.kind === 'cluster' ? (shown.owner === shown ? shown.box.element : null) : (shown?.element ?? null);
}

function lightUp(thing) {
  lit.replaceChildren();
  drawing.classList.toggle('faded', thing !== null);
  if (!thing) return;
  const ends = (end) => (end.kind === 'cluster' ? end.members : [end]);
  const [before, after] = thing.kind === 'node' || thing.kind === 'cluster' ? [thing, thing] : [thing.from, thing.to];
  const up = reachable(ends(before), 'in');
  const down = reachable(ends(after), 'out');
  const marks = new Map();
  const mark = (things, name) => {
    for (const one of things) {
      const element = one.shown && elementOf(one);
      if (element && !marks.has(element)) marks.set(element, name);
    }
  };
  marks.set(elementOf(thing), 'self');
  mark(up.edges, 'up');
  mark(down.edges, 'down');
  mark(up.nodes, 'up');
  mark(down.nodes, 'down');
  if (marks.size > MOST_COPIES) {
    lit.append(...outlines(marks));
    return;
  }
  const copies = document.createDocumentFragment();
  for (const [element, name] of marks) {
    const copy = element.cloneNode(true);
    for (const attribute of ['id', 'tabindex', 'role', 'aria-label']) copy.removeAttribute(attribute);
    copy.classList.add(name);
    copies.append(copy);
  }
  lit.append(copies);
}

/** Of more things than can be copied in a moment, the lines and the outlines. */
function outlines(marks) {
  const ways = { self: [], up: [], down: [] };
  for (const [element, name] of marks) {
    const thing = thingOf.get(element);
    if (thing.kind === 'node') {
      const [, , width, height] = thing.box;
      const [x, y] = middleOf(thing);
      ways[name].push(`M${rounded(x - width / 2)} ${rounded(y - height / 2)}h${width}v${height}h${-width}z`);
    } else {
      ways[name].push(element.querySelector(':scope > .reach')?.getAttribute('d') ?? '');
    }
  }
  ways.up.push(...ways.self);
  return ['up', 'down'].flatMap((name) => {
    const paths = [];
    for (let at = 0; at < ways[name].length; at += 100) {
      paths.push(draw('path', { class: `mass ${name}`, d: ways[name].slice(at, at + 100).join('') }));
    }
    return paths;
  });
}

function hover(thing) {
  if (thing === hovered) return;
  hovered = thing;
  clearTimeout(hoverTimer);
  hoverTimer = setTimeout(() => lightUp(thing), HOVER_DELAY);
}

/** The thing that an element in the drawing belongs to, and the element that says so. */
function thingAt(target) {
  for (let element = target; element && element !== svg; element = element.parentNode) {
    const thing = thingOf.get(element);
    if (thing) return { thing, element };
  }
  return { thing: null, element: null };
}

/** The same, without what is only a background: the frame of a cluster that is expanded. */
function actorAt(target) {
  const { thing, element } = thingAt(target);
  return thing?.kind === 'cluster' && element !== thing.box?.element ? null : thing;
}

svg.addEventListener('pointerover', (event) => {
  if (event.pointerType !== 'touch' && pointers.size === 0) hover(actorAt(event.target));
});
svg.addEventListener('pointerleave', () => hover(null));

// The panel.

let chosen = null;

svg.addEventListener('click', (event) => act(event.target, false));

/** Does what a click, or Enter, on an element means. */
function act(target, isKey) {
  const { thing, element } = thingAt(target);
  if (thing?.kind === 'cluster') {
    if (element === thing.box?.element) turn(thing, false, isKey);
    else if (thing.box && (element === thing.button || target.closest('text'))) turn(thing, true, isKey);
    else choose(null);
    return;
  }
  choose(thing);
  if (thing && isKey) panel.querySelector('.close').focus();
}

function turn(cluster, isCollapsed, isKey) {
  hover(null);
  lightUp(null);
  fold(cluster, isCollapsed);
  if (isKey) (isCollapsed ? cluster.box.element : cluster.button).focus();
}

function choose(thing) {
  chosen = thing;
  panel.hidden = thing === null;
  if (thing) {
    content.replaceChildren(...describeThing(thing));
    panel.scrollTop = 0;
  }
  remark();
}

/** Shows a thing, wherever it is, and what is known of it. */
function goTo(thing) {
  reveal(thing);
  choose(thing);
  isFitted = false;
  lookSlowly(centred(middleOf(thing)));
}

function describeThing(thing) {
  const parts = [];
  const place = [];
  for (let around = thing.cluster; around; around = around.parent) place.unshift(nameOf(around));
  const role = [...thing.element.classList].find((name) => !['node', 'edge', 'near', 'hit', 'current', 'chosen'].includes(name));
  const kind = thing.kind === 'bundle' ? 'edges of a group' : (role ?? thing.kind);
  parts.push(make('p', { className: 'kind' }, [kind, ...place].join(' · ')));
  parts.push(make('h2', { dir: 'auto' }, nameOf(thing)));
  if (thing.tooltip && thing.tooltip !== nameOf(thing)) parts.push(make('p', { className: 'tooltip', dir: 'auto' }, thing.tooltip));
  if (thing.details) {
    const list = make('dl');
    for (const [name, value] of thing.details) list.append(make('dt', {}, name), make('dd', { dir: 'auto' }, value));
    parts.push(list);
  }
  if (thing.kind === 'node') {
    parts.push(...links('Inputs', thing.in.map((edge) => [edge.from, edge])));
    parts.push(...links('Outputs', thing.out.map((edge) => [edge.to, edge])));
  } else if (thing.kind === 'edge') {
    parts.push(...links('From', [[thing.from]]), ...links('To', [[thing.to]]));
  } else {
    parts.push(...links('Each of them', thing.edges.map((edge) => [edge, edge.label && edge, fromTo(edge)])));
  }
  return parts;
}

const MOST_LINKS = 100;

/** A list of links: to a thing each, and to the edge to it where that has something to tell. */
function links(title, rows) {
  if (rows.length === 0) return [];
  const list = make('ul');
  const link = (thing, className, name = nameOf(thing)) => {
    const button = make('button', { type: 'button', className, dir: 'auto' }, name);
    button.addEventListener('click', () => goTo(thing));
    button.addEventListener('pointerenter', () => hover(thing));
    button.addEventListener('pointerleave', () => hover(null));
    return button;
  };
  for (const [thing, edge, name] of rows.slice(0, MOST_LINKS)) {
    const item = make('li', {}, link(thing, 'link', name));
    if (edge?.label || edge?.details) item.append(link(edge, 'link quiet'));
    list.append(item);
  }
  if (rows.length > MOST_LINKS) list.append(make('li', {}, `and ${rows.length - MOST_LINKS} more`));
  return [make('h3', {}, rows.length > 1 ? `${title} (${rows.length})` : title), list];
}

// The search.

let hits = [];
let current = -1;

/** What can be found, each with the text that is searched; made when it is first asked for. */
let catalogue = null;

function search() {
  const wanted = field.value.trim().toLowerCase();
  catalogue ??= [...nodes, ...edges].filter((thing) => thing.element).map((thing) => ({
    thing,
    text: [thing.label, thing.tooltip, ...(thing.details ?? []).map((pair) => pair.join(': '))].join('\n').toLowerCase(),
    place: (thing.box ?? [0, 1].map((k) => (thing.from.box[k] + thing.to.box[k]) / 2)).slice(0, 2),
  }));
  hits = wanted === '' ? [] : catalogue
    .filter(({ thing, text }) => text.includes(wanted) || thing.id?.toLowerCase() === wanted)
    .sort((a, b) => a.place[1] - b.place[1] || a.place[0] - b.place[0])
    .map(({ thing }) => thing);
  current = -1;
  remark();
}

function step(by) {
  if (hits.length === 0) return;
  current = current < 0 && by < 0 ? hits.length - 1 : (current + by + hits.length) % hits.length;
  const thing = hits[current];
  reveal(thing);
  if (!panel.hidden) choose(thing);
  remark();
  isFitted = false;
  lookSlowly(centred(middleOf(thing)));
}

/** Puts the marks of the search and of the choice on what shows them now. */
let marked = [];
function remark() {
  for (const element of marked) element.classList.remove('hit', 'current', 'chosen');
  marked = [];
  const mark = (thing, name) => {
    const element = thing && elementOf(thing);
    if (!element) return;
    element.classList.add(name);
    marked.push(element);
  };
  for (const hit of hits) if (hit.shown) mark(hit, 'hit');
  if (hits[current]?.shown) mark(hits[current], 'current');
  if (chosen && chosen.shown !== null) mark(chosen, 'chosen');
  const found = current < 0 ? `${hits.length} found` : `${current + 1} of ${hits.length}`;
  count.textContent = field.value.trim() === '' ? '' : found;
}

field.addEventListener('input', search);
field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  step(event.shiftKey ? -1 : 1);
});

// The theme. The colours of the drawing follow where the page has a palette for them; otherwise its sheet
// stays as it is, and what is drawn over it goes by how bright the sheet is.

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const paper = svg.querySelector(':scope > .paper');
let theme = document.body.dataset.theme ?? null;

function paint() {
  document.documentElement.dataset.theme = theme ?? (prefersDark.matches ? 'dark' : 'light');
  const fill = paper ? getComputedStyle(paper).fill : 'none';
  const channels = fill.match(/^rgb\((\d+), (\d+), (\d+)\)$/)?.slice(1).map(Number);
  const isDark = channels
    ? 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2] < 110
    : document.documentElement.dataset.theme === 'dark' && !('fixed' in document.body.dataset);
  document.body.dataset.sheet = isDark ? 'dark' : 'light';
  if (channels) document.body.style.setProperty('--sheet', fill);
  else document.body.style.removeProperty('--sheet');
}

prefersDark.addEventListener('change', paint);
$('.theme').addEventListener('click', () => {
  theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  paint();
});

// Buttons and keys.

$('.zoom-in').addEventListener('click', () => zoomAtMiddle(1.3));
$('.zoom-out').addEventListener('click', () => zoomAtMiddle(1 / 1.3));
$('.zoom-fit').addEventListener('click', fit);
$('.collapse-all').addEventListener('click', () => foldAll(true));
$('.expand-all').addEventListener('click', () => foldAll(false));
panel.querySelector('.close').addEventListener('click', close);

function fit() {
  isFitted = true;
  lookSlowly(fitted(extentNow()));
}

function close() {
  const had = panel.contains(document.activeElement) && chosen && elementOf(chosen);
  choose(null);
  if (had) had.focus();
}

const KEYS = {
  '/': () => field.select(),
  '+': () => zoomAtMiddle(1.3),
  '=': () => zoomAtMiddle(1.3),
  '-': () => zoomAtMiddle(1 / 1.3),
  0: fit,
  ArrowLeft: () => panBy(60, 0),
  ArrowRight: () => panBy(-60, 0),
  ArrowUp: () => panBy(0, 60),
  ArrowDown: () => panBy(0, -60),
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { key, target } = event;
  if (key === 'Escape') {
    if (target === field || panel.hidden) {
      field.value = '';
      search();
      field.blur();
    } else {
      close();
    }
    hover(null);
  } else if (target === field) {
    return;
  } else if ((key === 'Enter' || key === ' ') && svg.contains(target)) {
    act(target, true);
  } else if (Object.hasOwn(KEYS, key) && !(key.startsWith('Arrow') && panel.contains(target))) {
    KEYS[key]();
  } else {
    return;
  }
  event.preventDefault();
});

// With the keyboard, what has the focus lights up, and comes into view.
svg.addEventListener('focusin', ({ target }) => {
  const { thing } = thingAt(target);
  if (!thing || !target.matches(':focus-visible')) return;
  hover(actorAt(target));
  const [x, y] = middleOf(thing);
  const [left, top] = [x * view.zoom + view.x, y * view.zoom + view.y];
  const { width, height } = stageSize();
  if (left < MARGIN || top < MARGIN || left > width - MARGIN || top > height - MARGIN) lookSlowly(centred([x, y]));
});
svg.addEventListener('focusout', () => hover(null));

// The title is that of the page; the legend and the note stand below, at their own size.
svg.querySelectorAll(':scope > .title').forEach((text) => text.remove());
const foot = $('.foot');
const legend = svg.querySelector(':scope > .legend');
const note = [...svg.querySelectorAll(':scope > .note')].map((text) => {
  text.remove();
  return text.textContent;
}).join(' ');
if (legend) {
  const { x, y, width, height } = legend.getBBox();
  const [wide, high] = [width + 4, height + 4].map(Math.ceil);
  const sheet = draw('svg', {
    class: 'dezero', width: wide, height: high, viewBox: `${x - 2} ${y - 2} ${wide} ${high}`,
    'font-family': svg.getAttribute('font-family'), role: 'group', 'aria-label': 'Legend',
  }, legend);
  foot.append(sheet);
}
if (note) foot.append(make('p', { className: 'note', dir: 'auto' }, note));
foot.hidden = foot.childElementCount === 0;
$('.folding').hidden = foldable.length === 0;

paint();
if (foldable.some((cluster) => cluster.isCollapsed)) refold({ isAnimated: false });
else look(...Object.values(fitted(extentNow())));

new ResizeObserver(() => {
  if (isFitted) look(...Object.values(fitted(extentNow())));
}).observe(stage);

