// The graph: what the data block says, joined with the elements of the drawing.
//
// Everything that is drawn is a "thing" with a `kind`: 'node', 'edge', 'cluster', or 'bundle' (edges that
// end at a collapsed cluster, drawn as one). A thing has the `element` that shows it; an element leads back
// to its thing through `thingOf`. Elements are found by their order in the drawing, never by id, as ids come
// from outside and may be anything.

const SVG = 'http://www.w3.org/2000/svg';

const data = JSON.parse(document.querySelector('script.data').textContent);
const stage = document.querySelector('.stage');
const svg = stage.querySelector(':scope > svg');
const drawing = svg.querySelector(':scope > .drawing');
const layers = {
  clusters: drawing.querySelector(':scope > .clusters'),
  edges: drawing.querySelector(':scope > .edges'),
  nodes: drawing.querySelector(':scope > .nodes'),
};

const { nodes, edges, clusters } = data;
const thingOf = new Map();

/** Makes an SVG element. */
function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Makes an HTML element. */
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function bind(thing, element) {
  thing.element = element;
  thingOf.set(element, thing);
}

function join(things, kind, layer, isDrawn) {
  const elements = [...layer.children];
  let next = 0;
  for (const thing of things) {
    thing.kind = kind;
    if (isDrawn(thing)) bind(thing, elements[next++]);
  }
}

join(clusters, 'cluster', layers.clusters, ({ frame }) => frame[2] > 0 && frame[3] > 0);
join(edges, 'edge', layers.edges, (edge) => !edge.hidden);
join(nodes, 'node', layers.nodes, (node) => !node.hidden);

for (const cluster of clusters) {
  cluster.parent = clusters[cluster.parent] ?? null;
  cluster.members = [];
}
for (const node of nodes) {
  node.in = [];
  node.out = [];
  node.cluster = clusters[node.cluster] ?? null;
  node.shown = node;
  for (let around = node.cluster; around; around = around.parent) around.members.push(node);
}
for (const edge of edges) {
  edge.from = nodes[edge.from];
  edge.to = nodes[edge.to];
  edge.shown = edge;
  if (edge.hidden) continue;
  edge.from.out.push(edge);
  edge.to.in.push(edge);
  // Lines are thin; what is not painted around them can be pointed at as well.
  edge.line = edge.element?.querySelector(':scope > path:not(.arrow)') ?? null;
  if (edge.line) {
    edge.reach = draw('path', { class: 'reach', d: edge.line.getAttribute('d') });
    edge.line.before(edge.reach);
  }
}

for (const node of nodes) {
  if (!node.element) continue;
  node.element.setAttribute('tabindex', '0');
  node.element.setAttribute('role', 'button');
  node.element.setAttribute('aria-label', nameOf(node) + (node.tooltip ? `, ${node.tooltip}` : ''));
}

/** What a thing is called. */
function nameOf(thing) {
  if (thing.kind === 'node') return thing.label || thing.tooltip || thing.id;
  if (thing.kind === 'cluster') return thing.title || thing.id;
  if (thing.kind === 'bundle') return `${thing.edges.length} edges`;
  return thing.label || fromTo(thing);
}

function fromTo(edge) {
  return `${nameOf(edge.from)} → ${nameOf(edge.to)}`;
}

/** What leads to nodes (along 'in') or follows from them (along 'out'): nodes, with the seeds, and edges. */
function reachable(seeds, along) {
  const end = along === 'in' ? 'from' : 'to';
  const found = { nodes: new Set(seeds), edges: new Set() };
  const open = [...seeds];
  while (open.length > 0) {
    for (const edge of open.pop()[along]) {
      found.edges.add(edge);
      if (!found.nodes.has(edge[end])) {
        found.nodes.add(edge[end]);
        open.push(edge[end]);
      }
    }
  }
  return found;
}

