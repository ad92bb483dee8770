// Opens a page in Chromium and uses it with mouse, fingers and keys, as a reader would.
//
//     node page.mjs PAGE.html FOLDED.html HOSTILE.html
//
// The first is the page of the sample diagram (src/html/tests/sample.rs), the second the same with its chain
// collapsed at first, the third one with labels that mean harm.
// Chromium is the program that the variable CHROME names, or `chromium`.

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { Browser } from './chromium.mjs';

const [samplePage, foldedPage, hostilePage] = process.argv.slice(2).map((path) => pathToFileURL(path).href);
const browser = new Browser(process.env.CHROME ?? 'chromium');

/** The middle of an element on the screen. */
const middle = (selector) => browser.ask((wanted) => {
  const { x, y, width, height } = document.querySelector(wanted).getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}, selector);
const click = async (selector) => browser.click(...await middle(selector));
const text = (selector) => browser.ask((wanted) => document.querySelector(wanted)?.textContent ?? null, selector);
const attribute = (selector, name) => browser.ask((wanted, key) => document.querySelector(wanted).getAttribute(key), selector, name);
const isShown = (selector) => browser.ask((wanted) => (document.querySelector(wanted)?.getClientRects().length ?? 0) > 0, selector);
const countOf = (selector) => browser.ask((wanted) => document.querySelectorAll(wanted).length, selector);
const untilCount = (selector, least) => browser.until((wanted, number) => document.querySelectorAll(wanted).length >= number, selector, least);
const untilNone = (selector) => browser.until((wanted) => document.querySelectorAll(wanted).length === 0, selector);

/** The button that collapses a cluster. */
const sign = (title) => `.sign[aria-label^="Collapse ${title}"]`;

/** The view as x, y and zoom. */
const view = async () => (await attribute('.world', 'transform')).match(/-?\d[\d.]*(?:e-?\d+)?/g).map(Number);
const isNear = (a, b, within = 0.6) => Math.abs(a - b) <= within;

/** Everything that says where things are in the drawing. */
const places = () => browser.ask(() => [...document.querySelectorAll('.drawing :is(path, rect, ellipse, text)')]
  .filter((element) => element.getClientRects().length > 0 && !element.closest('.sign'))
  .map((element) => ['d', 'x', 'y', 'width', 'height', 'cx', 'cy', 'transform'].map((key) => element.getAttribute(key)).join(' ')
    + (element.closest('[transform]')?.getAttribute('transform') ?? '')));

/** Waits until nothing moves any more. */
async function rest() {
  let [before, now] = ['', JSON.stringify(await places())];
  while (now !== before) {
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    [before, now] = [now, JSON.stringify(await places())];
  }
}

const checks = {
  async 'the drawing fits the window at first'() {
    const boxes = await browser.ask(() => ['.stage', '.drawing'].map((wanted) => document.querySelector(wanted).getBoundingClientRect().toJSON()));
    const [stage, drawing] = boxes;
    assert.ok(drawing.left >= stage.left && drawing.right <= stage.right, JSON.stringify(boxes));
    assert.ok(drawing.top >= stage.top && drawing.bottom <= stage.bottom, JSON.stringify(boxes));
    assert.equal(await text('h1'), 'tanh at x = 1: first derivative');
    assert.match(await text('.foot'), /operation.*Values are those of the last run/s);
  },

  async 'a drag and the arrow keys pan'() {
    const [x, y, zoom] = await view();
    await browser.drag([40, 400], [140, 450]);
    const after = await view();
    assert.ok(isNear(after[0], x + 100) && isNear(after[1], y + 50) && after[2] === zoom, `${after}`);
    assert.equal(await isShown('.panel'), false);
    await browser.key('ArrowRight');
    await browser.key('ArrowDown');
    const last = await view();
    assert.ok(last[0] < after[0] - 20 && last[1] < after[1] - 20, `${last}`);
  },

  async 'the wheel zooms around the pointer'() {
    const [x, y, zoom] = await view();
    const top = await browser.ask(() => document.querySelector('.stage').getBoundingClientRect().top);
    await browser.mouse('mouseWheel', 300, 300, { deltaX: 0, deltaY: -240 });
    await browser.until((before) => document.querySelector('.world').getAttribute('transform') !== before, `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${zoom.toPrecision(5)})`);
    const after = await view();
    assert.ok(after[2] > zoom * 1.2, `${after}`);
    // What lay under the pointer still does.
    assert.ok(isNear((300 - x) / zoom, (300 - after[0]) / after[2]), `${after}`);
    assert.ok(isNear((300 - top - y) / zoom, (300 - top - after[1]) / after[2]), `${after}`);
  },

  async 'keys and buttons zoom, and fit'() {
    const [, , zoom] = await view();
    await browser.key('+');
    const [, , nearer] = await view();
    assert.ok(nearer > zoom);
    await browser.key('-');
    assert.ok(isNear((await view())[2], zoom, 0.01));
    await click('.zoom-in');
    assert.ok(isNear((await view())[2], nearer, 0.01));
    await click('.zoom-out');
    await browser.key('0');
    const fitted = await view();
    await browser.drag([40, 400], [240, 420]);
    await click('.zoom-fit');
    assert.deepEqual(await view(), fitted);
  },

  async 'two fingers pinch, one pans'() {
    const before = await view();
    await browser.touch([[300, 400], [340, 400]], [[260, 400], [380, 400]]);
    const pinched = await view();
    assert.ok(pinched[2] > before[2] * 2, `${pinched}`);
    await browser.touch([[300, 600]], [[330, 580]]);
    const panned = await view();
    assert.ok(isNear(panned[0], pinched[0] + 30) && isNear(panned[1], pinched[1] - 20), `${panned}`);
    await browser.key('0');
  },

  async 'what is pointed at lights up, with what leads to it and what follows'() {
    await browser.mouse('mouseMoved', ...await middle('#node-3'));
    await untilCount('.lit .self', 1);
    const labels = (name) => browser.ask((wanted) => [...document.querySelectorAll(`.lit .node.${wanted} text`)].map((one) => one.textContent).sort(), name);
    assert.deepEqual(await labels('self'), ['×']);
    assert.deepEqual(await labels('up'), ['tanh', 'w = 2', 'x = 1']);
    assert.deepEqual(await labels('down'), ['y = 1.523']);
    assert.equal(await countOf('.lit .edge.up'), 3);
    assert.equal(await countOf('.drawing.faded'), 1);
    await browser.mouse('mouseMoved', 30, 700);
    await untilNone('.lit > *');
    assert.equal(await countOf('.drawing.faded'), 0);
  },

  async 'a click on a node opens its details, and Escape closes them'() {
    await click('#node-4');
    const details = await text('.panel');
    for (const expected of ['y = 1.523', 'value', '1.523', 'shape()', 'dtypefloat64', 'gradient0.8399', 'sourceexamples/tanh.rs:12', 'Inputs']) {
      assert.ok(details.includes(expected), `${expected} in ${details}`);
    }
    assert.equal(await countOf('#node-4.chosen'), 1);
    // Its input is a link that goes there, and on from there.
    await click('.panel li .link');
    assert.equal(await text('.panel h2'), '×');
    assert.match(await text('.panel'), /Inputs \(2\)tanh0\.7616w = 2Outputsy = 1\.523/);
    const [x, y] = await middle('#node-3');
    const [width, height] = await browser.ask(() => [document.querySelector('.stage').clientWidth, innerHeight]);
    assert.ok(x > 100 && x < width - 320 && y > 100 && y < height - 100, `${x} ${y}`);
    await browser.key('Escape');
    assert.equal(await isShown('.panel'), false);
    await browser.key('0');
  },

  async 'a click on an edge tells of the value that it stands for'() {
    await click('#edge-1 text');
    assert.equal(await text('.panel h2'), '0.7616');
    assert.match(await text('.panel'), /value0\.7616shape\(\)FromtanhTo×/);
    await click('.panel .close');
    assert.equal(await isShown('.panel'), false);
  },

  async 'keys alone are enough'() {
    // The pointer, over a drawing that moves, would point at things too.
    await browser.mouse('mouseMoved', 300, 20);
    await untilNone('.lit > *');
    await browser.ask(() => document.activeElement.blur());
    for (let tabs = 0; tabs < 40; tabs += 1) {
      await browser.key('Tab');
      if (await browser.ask(() => document.activeElement.id === 'node-0')) break;
    }
    assert.equal(await browser.ask(() => document.activeElement.id), 'node-0');
    assert.equal(await attribute('#node-0', 'aria-label'), 'x = 1');
    await untilCount('.lit .down', 3);
    await browser.key('Enter');
    assert.equal(await text('.panel h2'), 'x = 1');
    await browser.key('Escape');
    assert.equal(await browser.ask(() => document.activeElement.id), 'node-0');
    await browser.key('0');
  },

  async 'the search finds labels, tooltips and details, and goes to what it finds'() {
    await browser.key('/');
    await browser.write('SIN');
    assert.equal(await text('.count'), '6 found');
    assert.equal(await countOf('.node.hit'), 6);
    await browser.key('Enter');
    assert.equal(await text('.count'), '1 of 6');
    const first = await browser.ask(() => document.querySelector('.current').id);
    const [x, y] = await middle('.current');
    const stage = await browser.ask(() => document.querySelector('.stage').getBoundingClientRect().toJSON());
    assert.ok(isNear(x, stage.left + stage.width / 2, 2) && isNear(y, stage.top + stage.height / 2, 2), `${x} ${y}`);
    await browser.key('Enter');
    assert.equal(await text('.count'), '2 of 6');
    assert.notEqual(await browser.ask(() => document.querySelector('.current').id), first);
    await browser.key('Escape');
    assert.equal(await text('.count'), '');
    assert.equal(await countOf('.hit'), 0);
    for (const [query, found] of [['Pow', 1], ['examples/', 4], ['float64', 4], ['0.7616', 2], ['no such thing', 0]]) {
      await browser.key('/');
      await browser.write(query);
      assert.equal(await text('.count'), `${found} found`, query);
      await browser.key('Escape');
    }
    await browser.key('0');
  },

  async 'a folded chain collapses to a box, and expands to what it was'() {
    const before = await places();
    const fitted = await view();
    // From the subtraction before the chain to the product after it, in points.
    const [minus, times] = ['#node-7', '#node-14'];
    assert.deepEqual([await text(`${minus} text`), await text(`${times} text`)], ['−', '×']);
    const length = async () => ((await middle(times))[1] - (await middle(minus))[1]) / (await view())[2];
    const expanded = await length();
    await click(sign('× 6'));
    const closed = await length();
    assert.ok(closed > 60 && closed < 0.6 * expanded, `${closed} after ${expanded}`);
    assert.equal(await isShown('#cluster-repeat'), false);
    assert.equal(await isShown('#node-9'), false);
    assert.match(await text('.fold.box'), /× 6sin, 6 times/);
    assert.equal(await countOf('.bundle'), 2);
    await click('.fold.box');
    assert.equal(await isShown('#cluster-repeat'), true);
    assert.equal(await countOf('.bundle'), 0);
    assert.deepEqual(await places(), before);
    assert.deepEqual(await view(), fitted);
  },

  async 'a pass collapses by its title, with the chain in it, and space closes'() {
    const before = await places();
    const height = await browser.ask(() => document.querySelector('.drawing').getBBox().height);
    await click('#cluster-backward > text');
    assert.equal(await isShown('#cluster-repeat'), false);
    assert.equal(await isShown('.fold.box'), false);
    assert.match(await text('.pass.box:not([style*=none])'), /backward 1.*10 operations/s);
    // Two edges lead to it: from tanh and from w.
    assert.equal(await countOf('.bundle'), 2);
    assert.ok(await browser.ask(() => document.querySelector('.drawing').getBBox().height) < height);
    await click(sign('forward'));
    assert.equal(await countOf('.bundle'), 1);
    assert.equal(await text('.bundle'), '×2');
    await click('.bundle text');
    assert.match(await text('.panel'), /2 edgesEach of them \(2\)tanh → square0\.7616w = 2 → ×/);
    await click('.panel .close');

    // What the search goes to is expanded: here, a chain in a pass.
    await browser.key('/');
    await browser.write('0.4078');
    assert.equal(await countOf('.box.hit'), 0);
    await browser.key('Enter');
    await untilCount('.edge.current', 1);
    assert.equal(await isShown('#node-9'), true);
    await browser.key('Escape');
    await click('.expand-all');
    assert.deepEqual(await places(), before);
  },

  async 'all collapse and expand at once, by keys as well'() {
    const before = await places();
    await click('.collapse-all');
    assert.equal(await countOf('.box:not([style*=none])'), 2);
    await browser.ask(() => document.querySelector('.pass.box').focus());
    await browser.key('Enter');
    assert.equal(await countOf('.box:not([style*=none])'), 1);
    assert.equal(await browser.ask(() => document.activeElement.getAttribute('aria-label')), 'Collapse forward (5 nodes)');
    await click('.expand-all');
    assert.deepEqual(await places(), before);
  },

  async 'nothing overlaps however it is folded, and frames stay around what is theirs'() {
    for (const titles of [['× 6'], ['forward'], ['forward', '× 6'], ['backward'], ['forward', 'backward']]) {
      for (const title of titles) await click(sign(title));
      const wrong = await browser.ask(() => {
        const shown = (wanted) => [...document.querySelectorAll(wanted)].filter((one) => one.getClientRects().length > 0);
        const shapes = shown('.drawing .node, .drawing .box').map((one) => [one, (one.querySelector('rect, ellipse') ?? one.querySelector('text')).getBoundingClientRect()]);
        const found = [];
        shapes.forEach(([one, a], at) => {
          for (const [other, b] of shapes.slice(at + 1)) {
            if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) found.push([one.textContent, other.textContent]);
          }
        });
        // The first five nodes are those of the forward pass.
        const frames = shown('.drawing .clusters > .pass').map((one) => [one.id, one.querySelector('rect').getBoundingClientRect()]);
        for (const [id, frame] of frames) {
          for (const [one, a] of shapes.filter(([shape]) => shape.matches('.node'))) {
            const isInside = a.left >= frame.left && a.right <= frame.right && a.top >= frame.top && a.bottom <= frame.bottom;
            const isForward = Number(one.id.replace('node-', '')) < 5;
            if (isInside !== (isForward === (id === 'cluster-forward'))) found.push([one.textContent, id]);
          }
        }
        return found;
      });
      assert.deepEqual(wrong, [], titles.join());
      await click('.expand-all');
    }
  },

  async 'edges end where their nodes are, folded or not'() {
    const farthest = () => browser.ask(() => {
      const { nodes, edges } = JSON.parse(document.querySelector('script.data').textContent);
      let far = 0;
      edges.forEach((edge, at) => {
        const line = document.querySelector(`#edge-${at} > path:not(.reach, .arrow)`);
        if (line.getClientRects().length === 0) return;
        for (const [node, place] of [[edge.from, 0], [edge.to, line.getTotalLength()]]) {
          const matrix = line.getScreenCTM();
          const { x, y } = line.getPointAtLength(place).matrixTransform(matrix);
          const box = document.querySelector(`#node-${node}`).getBoundingClientRect();
          const away = Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
          far = Math.max(far, away / matrix.a);
        }
      });
      return far;
    });
    const before = await farthest();
    for (const title of ['× 6', 'forward', 'backward']) {
      await click(sign(title));
      const after = await farthest();
      assert.ok(after <= before + 0.5, `${title}: ${after} instead of ${before}`);
      await click('.expand-all');
    }
  },

  async 'what is animated arrives at the same places'() {
    const before = await places();
    await browser.media('light', false);
    await click(sign('× 6'));
    await rest();
    assert.notDeepEqual(await places(), before);
    await click('.fold.box');
    await rest();
    assert.deepEqual(await places(), before);
    await browser.media('light', true);
    await click('.collapse-all');
    await click('.expand-all');
    assert.deepEqual(await places(), before);
  },

  async 'the theme follows the system, and the button'() {
    const theme = () => browser.ask(() => [
      document.documentElement.dataset.theme,
      getComputedStyle(document.querySelector('#node-0 ellipse')).fill,
      getComputedStyle(document.querySelector('.stage')).backgroundColor,
    ]);
    const light = ['light', 'rgb(187, 247, 208)', 'rgb(255, 255, 255)'];
    const dark = ['dark', 'rgb(20, 83, 45)', 'rgb(15, 23, 42)'];
    assert.deepEqual(await theme(), light);
    await browser.media('dark', true);
    await browser.until(() => document.documentElement.dataset.theme === 'dark');
    assert.deepEqual(await theme(), dark);
    await click('.theme');
    assert.deepEqual(await theme(), light);
    await browser.media('light', true);
    await click('.theme');
    assert.deepEqual(await theme(), dark);
  },
};

const folded = {
  async 'what starts collapsed is collapsed, and expands'() {
    assert.equal(await isShown('#cluster-repeat'), false);
    assert.equal(await isShown('#node-9'), false);
    assert.equal(await isShown('.fold.box'), true);
    await checks['the drawing fits the window at first']();
    // By its button, where a click on the box would do as well.
    await click('.fold.box .sign');
    assert.equal(await isShown('#cluster-repeat'), true);
    assert.equal(await isShown('#node-9'), true);
    await checks['the drawing fits the window at first']();
  },
};

const hostile = {
  async 'labels that mean harm are text'() {
    assert.equal(await browser.ask(() => typeof window.harmed), 'undefined');
    const labels = await browser.ask(() => JSON.parse(document.querySelector('script.data').textContent).nodes.map((node) => node.label));
    assert.ok(labels.some((label) => label.includes('</script><script>window.harmed')), labels.join('\n'));
    assert.equal(await countOf('script'), 2);
    assert.equal(await countOf('img'), 0);
    for (let at = 0; at < labels.length; at += 1) {
      await browser.ask((node) => document.querySelectorAll('.nodes > .node')[node].focus(), at);
      await browser.key('Enter');
      assert.equal(await text('.panel h2'), labels[at]);
      assert.ok((await text('.panel dd')).includes(labels[at]));
    }
    assert.equal(await countOf('.panel img'), 0);
    assert.equal(await browser.ask(() => typeof window.harmed), 'undefined');
  },
  async 'without a palette the sheet stays light in the dark'() {
    assert.equal(await attribute('html', 'data-theme'), 'dark');
    assert.equal(await attribute('body', 'data-sheet'), 'light');
    assert.equal(await browser.ask(() => getComputedStyle(document.querySelector('.stage')).backgroundColor), 'rgb(255, 255, 255)');
  },
  async 'the policy of the page lets no other program run, and no other style count'() {
    await browser.ask(() => {
      const script = document.createElement('script');
      script.textContent = 'window.harmed = true';
      document.body.append(script);
    });
    assert.equal(await browser.ask(() => typeof window.harmed), 'undefined');
    await browser.ask(() => {
      document.body.insertAdjacentHTML('beforeend', '<style>body { opacity: 0 }</style>');
    });
    assert.equal(await browser.ask(() => getComputedStyle(document.body).opacity), '1');
    // That it was refused is reported, which is what is wanted here.
    assert.equal(browser.complaints.filter((one) => one.includes('Content Security Policy')).length, 2);
    browser.complaints = browser.complaints.filter((one) => !one.includes('Content Security Policy'));
  },
};

async function run(url, options, all) {
  browser.requests = [];
  await browser.open(url, options);
  for (const [name, check] of Object.entries(all)) {
    try {
      await check();
    } catch (error) {
      error.message = `${name}: ${error.message}`;
      throw error;
    }
    console.log(`ok: ${name}`);
  }
  assert.deepEqual(browser.complaints, []);
  // The fonts, which are in the page, are asked of nobody.
  const asked = browser.requests.filter((request) => !request.startsWith('data:font/ttf;base64,'));
  assert.deepEqual(new Set(asked), new Set([url]));
  assert.ok(await browser.ask(() => [...document.fonts].some((font) => font.family.includes('Dezero Sans') && font.status === 'loaded')));
}

try {
  await run(samplePage, {}, checks);
  await run(foldedPage, {}, folded);
  await run(hostilePage, { scheme: 'dark' }, hostile);
} finally {
  await browser.close();
}
