// Drives Chromium over its debugging pipe (Chrome DevTools Protocol, messages that end in NUL on the file
// descriptors 3 and 4), with nothing but Node.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--no-default-browser-check',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions',
  '--disable-dev-shm-usage', '--remote-debugging-pipe', '--window-size=1200,800',
];

export class Browser {
  #process;
  #profile = mkdtempSync(join(tmpdir(), 'dezero-page-'));
  #next = 1;
  #open = new Map();
  #rest = '';
  #session;

  /** What the page wrote to the console, threw, or asked of a network. */
  complaints = [];
  requests = [];

  constructor(path) {
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'];
    this.#process = spawn(path, [...FLAGS, `--user-data-dir=${this.#profile}`, 'about:blank'], { stdio });
    this.#process.stdio[4].setEncoding('utf8').on('data', (text) => this.#receive(text));
    this.#process.on('error', (error) => this.#fail(error));
    this.#process.on('exit', (code) => this.#fail(new Error(`Chromium ended with ${code}`)));
  }

  #fail(error) {
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }

  #receive(text) {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop();
    for (const message of messages.map((json) => JSON.parse(json))) {
      const { id, method, params } = message;
      if (id) {
        const { resolve, reject } = this.#open.get(id);
        this.#open.delete(id);
        if (message.error) reject(new Error(message.error.message));
        else resolve(message.result);
      } else if (method === 'Runtime.consoleAPICalled') {
        this.complaints.push(params.args.map(({ value, description }) => value ?? description).join(' '));
      } else if (method === 'Runtime.exceptionThrown') {
        this.complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
      } else if (method === 'Log.entryAdded') {
        this.complaints.push(params.entry.text);
      } else if (method === 'Network.requestWillBeSent') {
        this.requests.push(params.request.url);
      }
    }
  }

  send(method, params = {}) {
    const id = this.#next;
    this.#next += 1;
    this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: this.#session })}\0`);
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
    });
  }

  async open(url, { width = 1200, height = 800, scheme = 'light', isStill = true } = {}) {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    this.#session = (await this.send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await this.send(`${domain}.enable`);
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await this.media(scheme, isStill);
    await this.send('Page.navigate', { url });
    await this.until(() => document.readyState === 'complete' && document.querySelector('.world') !== null);
  }

  media(scheme, isStill) {
    const features = [
      { name: 'prefers-color-scheme', value: scheme },
      { name: 'prefers-reduced-motion', value: isStill ? 'reduce' : 'no-preference' },
    ];
    return this.send('Emulation.setEmulatedMedia', { features });
  }

  /** The value of a function that runs in the page. */
  async ask(question, ...values) {
    const expression = `(${question})(${values.map((value) => JSON.stringify(value)).join(',')})`;
    const answer = await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (answer.exceptionDetails) throw new Error(`${answer.exceptionDetails.exception.description}\nin ${expression}`);
    return answer.result.value;
  }

  /** Waits until a question has a true answer, and returns it. */
  async until(question, ...values) {
    for (let tries = 0; tries < 4000; tries += 1) {
      const answer = await this.ask(question, ...values);
      if (answer) return answer;
      await new Promise((resolve) => { setTimeout(resolve, 25); });
    }
    throw new Error(`never true: ${question} of ${JSON.stringify(values)}`);
  }

  mouse(type, x, y, more = {}) {
    return this.send('Input.dispatchMouseEvent', { type, x, y, ...more });
  }

  async click(x, y) {
    await this.mouse('mouseMoved', x, y);
    await this.mouse('mousePressed', x, y, { button: 'left', buttons: 1, clickCount: 1 });
    await this.mouse('mouseReleased', x, y, { button: 'left', clickCount: 1 });
  }

  async drag([x, y], [toX, toY]) {
    await this.mouse('mouseMoved', x, y);
    await this.mouse('mousePressed', x, y, { button: 'left', buttons: 1, clickCount: 1 });
    for (const part of [0.25, 0.5, 0.75, 1]) {
      await this.mouse('mouseMoved', x + (toX - x) * part, y + (toY - y) * part, { button: 'left', buttons: 1 });
    }
    await this.mouse('mouseReleased', toX, toY, { button: 'left', clickCount: 1 });
  }

  /** Presses a key by its name, such as 'a', 'Enter' or 'ArrowLeft'. */
  async key(key, modifiers = 0) {
    const codes = { Enter: 13, Escape: 27, Tab: 9, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40 };
    // Other characters share their numbers with keys that are not theirs, such as a point with Delete.
    const letter = /^[a-z0-9]$/i.test(key) ? key.toUpperCase().charCodeAt(0) : 0;
    const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined;
    const event = { key, text, modifiers, windowsVirtualKeyCode: codes[key] ?? letter };
    await this.send('Input.dispatchKeyEvent', { type: text ? 'keyDown' : 'rawKeyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event, text: undefined });
  }

  async write(text) {
    for (const letter of text) await this.key(letter);
  }

  /** Touches with one or two fingers that go from points to others. */
  async touch(from, to) {
    const at = (part) => from.map(([x, y], id) => ({ id, x: x + (to[id][0] - x) * part, y: y + (to[id][1] - y) * part }));
    await this.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
    for (const part of [0.25, 0.5, 0.75, 1]) await this.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(part) });
    await this.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  async picture() {
    return Buffer.from((await this.send('Page.captureScreenshot', { format: 'png' })).data, 'base64');
  }

  async close() {
    const ended = new Promise((resolve) => { this.#process.on('exit', resolve); });
    this.#session = undefined;
    this.send('Browser.close').catch(() => {});
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
