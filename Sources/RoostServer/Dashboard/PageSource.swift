// swift-format-ignore-file
// Made from the files in Page by `make page`.

/// The files of the web page.
enum PageSource {
    /// The names and the texts.
    static let files: [(name: String, text: String)] = [
("api.js", ##"""
// Asks the server. The key that a person has logged in with is in two halves: one here, the other in a cookie that no script can read.

const place = 'roost.half';

export const memory = {
  get half() { return localStorage.getItem(place); },
  set half(value) { value == null ? localStorage.removeItem(place) : localStorage.setItem(place, value); },
};

/** Who uses the page, and what they may do. */
export const visitor = { scopes: [], key: null, version: null, needs_key: true };
export const can = (...scopes) => scopes.some((scope) => visitor.scopes.includes(scope)) || visitor.scopes.includes('admin');

/** An answer that says what is wrong. */
class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.error?.message ?? `The server answered with the status ${status}.`);
    [this.status, this.code, this.field] = [status, body?.code, body?.field];
  }
}

/** Sends a request and returns the response when it is a success. */
export async function open(path, { method = 'GET', body, headers = {}, signal } = {}) {
  const sent = { ...headers };
  if (memory.half) sent['X-Roost-Page'] = memory.half;
  if (body !== undefined) sent['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers: sent, signal, body: body === undefined ? undefined : JSON.stringify(body), credentials: 'same-origin', cache: 'no-store' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, { detail: 'The server does not answer. Is it running?' });
  }
  if (response.ok) return response;
  const problem = new Problem(response.status, await response.json().catch(() => null));
  if (response.status === 401 && path !== '/page/login') document.dispatchEvent(new CustomEvent('roost-stranger', { detail: problem.message }));
  throw problem;
}

/** Sends a request and returns the JSON of the answer; null without one. */
export async function ask(path, options) {
  const response = await open(path, options);
  return response.status === 204 ? null : response.json();
}

export const post = (path, body = {}, options = {}) => ask(path, { method: 'POST', body, ...options });

/** Who uses the page: asked at once, while the other modules are still on their way. */
export const arrival = ask('/page/me');
arrival.catch(() => {});

/** The newest pulls, if the page is opened with them: on their way before it is drawn, so the first picture has them. Null otherwise. */
export const firstJobs = arrival.then(({ needs_key }) => (needs_key || !/^(#\/?(pulls.*)?)?$/.test(location.hash) ? null : ask('/jobs?limit=50')));
firstJobs.catch(() => {});

/** The path of a model: its slashes stay, and all else is encoded. */
export const modelPath = (name, tail = '') => `/models/${name.split('/').map(encodeURIComponent).join('/')}${tail}`;

async function* pieces(response, patience) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let timer;
  try {
    for (;;) {
      timer = patience && setTimeout(() => reader.cancel().catch(() => {}), 1000 * patience);
      const { value, done } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      yield value;
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

/** The values of an answer with a JSON text on each line. */
export async function* lines(response) {
  let rest = '';
  for await (const piece of pieces(response)) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop();
    for (const part of parts) if (part.trim()) yield JSON.parse(part);
  }
  if (rest.trim()) yield JSON.parse(rest);
}

/** The seconds without a byte after which the connection of a stream of jobs is lost: the server sends something every 15 seconds. */
export const patience = 45;

/** The server-sent events of an answer: `id`, `event`, `data`, and `comment` for those between them. They end when nothing comes for `seconds`, if given. */
export async function* events(response, seconds) {
  let rest = '';
  for await (const piece of pieces(response, seconds)) {
    const parts = (rest + piece).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const event = { event: 'message', data: '' };
      for (const line of part.split('\n')) {
        const colon = line.indexOf(':');
        const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
        if (name === '') event.comment = value;
        else if (name === 'data') event.data += (event.data && '\n') + value;
        else event[name] = value;
      }
      yield event;
    }
  }
}

"""##),
("chat.js", ##"""
// A conversation with a model of this machine. It stays in this tab, and is gone with it, or with a log-out.

import { ask, events, open, visitor } from './api.js';
import { button, empty, field, fill, h, icon, iconButton, write } from './dom.js';
import { duration } from './format.js';
import { View } from './live.js';
import { say } from './notes.js';

const place = 'roost.chat';
const mostImages = 4;
/** What a request may have: the images of one message, and those of earlier ones as far as they fit. */
const mostSentImages = 16;
const mostImageBytes = 20 << 20;
/** Fields of a request: name, label, least, most, step, and what the server takes without it. */
const sampling = [
  ['temperature', 'Temperature', 0, 2, 0.1, '0.7'], ['top_p', 'Top p', 0, 1, 0.05, ''], ['top_k', 'Top k', -1, 1000, 1, ''], ['min_p', 'Min p', 0, 1, 0.05, ''],
  ['repeat_penalty', 'Repeat penalty', 0, 10, 0.1, ''], ['max_tokens', 'Most tokens', 1, 1000000, 1, '512'], ['seed', 'Seed', -1, 4294967295, 1, ''],
];

class Chat extends View {
  #messages = [];
  #images = [];
  #control = null;

  show() {
    const stored = JSON.parse(sessionStorage.getItem(place) ?? '{}');
    const kept = stored.owner === visitor.key?.owner ? stored : {};
    this.#messages = kept.messages ?? [];
    this.model = h('select', { 'aria-label': 'Model' }, kept.model && h('option', { value: kept.model }, kept.model));
    this.thread = h('div', { class: 'thread', role: 'log', 'aria-label': 'Conversation', tabindex: '0' });
    this.text = h('textarea', { rows: '2', 'aria-label': 'Message', placeholder: 'Message', value: kept.draft ?? '', onkeydown: (event) => this.#key(event), oninput: () => this.#grow() });
    this.file = h('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif,image/bmp', multiple: true, hidden: true, onchange: () => this.#attach([...this.file.files]) });
    this.pictures = h('div', { class: 'pictures' });
    this.send = h('button', { type: 'submit', class: 'primary' }, icon('send'), 'Send');
    this.stop = button('Stop', () => this.#control?.abort(), { mark: 'stop', hidden: true });
    this.status = h('p', { class: 'hint', role: 'status' });
    this.problem = h('p', { class: 'fault', role: 'alert', hidden: true });
    this.system = h('textarea', { rows: '3', value: kept.system ?? '' });
    this.fields = sampling.map(([name, label, least, most, step, usual]) =>
      [name, h('input', { type: 'number', min: String(least), max: String(most), step: String(step), placeholder: usual || 'the model’s', value: kept.options?.[name] ?? '' }), label]);
    const options = h('details', { class: 'options' }, h('summary', {}, 'System prompt and sampling'), field('System prompt', this.system),
      h('div', { class: 'grid' }, this.fields.map(([, input, label]) => field(label, input))));
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Chat'), this.model, button('New chat', () => this.#clear(), { mark: 'add' })), options, this.thread, this.problem,
      h('form', { class: 'composer', onsubmit: (event) => {
        event.preventDefault();
        this.#ask();
      } }, this.pictures, this.text, h('div', { class: 'actions' }, this.file, iconButton('Add an image', 'image', () => this.file.click()), this.status, this.stop, this.send)));
    this.addEventListener('paste', (event) => this.#attach([...event.clipboardData.files].filter((file) => file.type.startsWith('image/'))));
    this.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.#control?.abort(); });
    const leave = () => {
      this.#control?.abort();
      this.#keep();
    };
    window.addEventListener('pagehide', leave);
    this.until(() => {
      window.removeEventListener('pagehide', leave);
      leave();
    });
    this.#models(kept.model);
    this.#draw();
    this.#takeBack(this.#messages.at(-1));
    this.#grow();
    this.text.focus();
  }

  async #models(kept) {
    try {
      const models = await ask('/models');
      const named = decodeURIComponent(location.hash.split('/')[2] ?? '');
      const names = models.map((model) => model.model);
      const wanted = [named, kept, models.find((model) => model.loaded)?.model, names[0]].find((name) => names.includes(name) || name === named && name);
      fill(this.model, [...new Set([...names, ...(named ? [named] : [])])].map((name) => h('option', { value: name, selected: name === wanted }, name)));
      if (!names.length) fill(this.thread, empty('No model is here yet', 'Pull one first.'));
    } catch (error) {
      say(error.message, 'bad');
    }
  }

  #key(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#ask();
    }
  }

  #grow() {
    this.text.style.height = 'auto';
    this.text.style.height = `${Math.min(240, this.text.scrollHeight + 2)}px`;
  }

  /** Adds images to the message. Each has its place at once, and its data a moment later. */
  #attach(files) {
    this.file.value = '';
    for (const file of files) {
      const size = this.#images.reduce((sum, image) => sum + image.size, file.size);
      if (this.#images.length >= mostImages) say(`A message has at most ${mostImages} images.`, 'bad');
      else if (size > mostImageBytes) say(`${file.name} is too large: the images of a message have at most 20 MiB in all.`, 'bad');
      else {
        const image = { name: file.name, size: file.size, url: null };
        this.#images.push(image);
        const reader = new FileReader();
        reader.onload = () => {
          image.url = reader.result;
          this.#pictures();
        };
        reader.onerror = () => {
          this.#images = this.#images.filter((other) => other !== image);
          say(`${file.name} cannot be read.`, 'bad');
        };
        reader.readAsDataURL(file);
      }
    }
  }

  #pictures() {
    fill(this.pictures, this.#images.filter((image) => image.url).map((image) => h('figure', {}, h('img', { src: image.url, alt: image.name }), iconButton(`Remove ${image.name}`, 'cancel', () => {
      this.#images = this.#images.filter((other) => other !== image);
      this.#pictures();
    }))));
  }

  #clear() {
    this.#control?.abort();
    this.#messages = [];
    this.#images = [];
    this.problem.hidden = true;
    this.#pictures();
    this.#draw();
    this.#keep();
    this.text.focus();
  }

  #draw() {
    fill(this.thread, this.#messages.length ? this.#messages.map((message) => bubble(message).node) : empty('Ask something', 'The conversation stays in this tab. Enter sends, Shift+Enter begins a line.'));
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  /** Texts are kept for a reload of this tab, and images are not. After a log-out nothing is. */
  #keep() {
    if (visitor.needs_key) return;
    const messages = this.#messages.map(({ role, text, thoughts, end }) => ({ role, text, thoughts, end: end ?? (role === 'assistant' ? 'Stopped.' : '') }));
    const options = Object.fromEntries(this.fields.map(([name, input]) => [name, input.value]));
    try {
      sessionStorage.setItem(place, JSON.stringify({ owner: visitor.key?.owner, messages, draft: this.text.value, model: this.model.value, system: this.system.value, options }));
    } catch {
      sessionStorage.removeItem(place);
    }
  }

  #body() {
    let size = 0;
    const newest = this.#messages.flatMap(({ images }) => images ?? []).reverse().slice(0, mostSentImages);
    const sent = new Set(newest.filter((image) => (size += image.size) <= mostImageBytes));
    const messages = this.#messages.map(({ role, text, images }) => {
      const parts = (images ?? []).filter((image) => sent.has(image)).map(({ url }) => ({ type: 'image_url', image_url: { url } }));
      return { role, content: parts.length ? [{ type: 'text', text }, ...parts] : text };
    });
    if (this.system.value.trim()) messages.unshift({ role: 'system', content: this.system.value });
    const options = Object.fromEntries(this.fields.filter(([, input]) => input.value !== '').map(([name, input]) => [name, Number(input.value)]));
    return { model: this.model.value, messages, stream: true, timeout: 600, ...options };
  }

  async #ask() {
    const text = this.text.value.trim();
    if (this.#control || !this.model.value || (!text && !this.#images.length)) return;
    if (this.#images.some((image) => !image.url)) {
      say('An image is still being read.');
      return;
    }
    this.problem.hidden = true;
    this.#messages.push({ role: 'user', text, images: this.#images });
    this.#images = [];
    this.#pictures();
    this.text.value = '';
    this.#grow();
    this.#draw();
    await this.#answer();
  }

  async #answer() {
    const body = this.#body();
    const message = { role: 'assistant', text: '', thoughts: '' };
    this.#messages.push(message);
    const shown = bubble(message);
    this.thread.append(shown.node);
    this.#control = new AbortController();
    this.#busy(true);
    this.#keep();
    const begin = performance.now();
    let isDrawn = true;
    const draw = () => {
      if (!isDrawn) return;
      isDrawn = false;
      requestAnimationFrame(() => {
        isDrawn = true;
        const isAtEnd = this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 80;
        shown.draw();
        if (isAtEnd) this.thread.scrollTop = this.thread.scrollHeight;
      });
    };
    try {
      for await (const event of events(await open('/chat', { method: 'POST', body, signal: this.#control.signal }))) {
        if (event.comment) write(this.status, event.comment);
        if (!event.data) continue;
        const { delta, done, done_reason, error } = JSON.parse(event.data);
        if (error) throw new Error(error.message);
        if (delta.content || delta.reasoning_content) write(this.status, '');
        message.text += delta.content ?? '';
        message.thoughts += delta.reasoning_content ?? '';
        if (done) message.end = done_reason === 'length' ? 'The answer ends at the limit of tokens.' : message.text ? `in ${duration((performance.now() - begin) / 1000)}` : 'The model answered without a word.';
        draw();
      }
      if (!message.end) throw new Error('The answer broke off.');
    } catch (error) {
      message.end = this.#control.signal.aborted ? 'Stopped.' : error.message;
      message.isFault = !this.#control.signal.aborted;
    }
    this.#control = null;
    shown.draw();
    this.#busy(false);
    this.#takeBack(message);
    this.#keep();
    if (this.isConnected && document.activeElement === document.body) this.text.focus();
  }

  /** A question without an answer goes back to where it was written, with its images: models want questions and answers in turn. */
  #takeBack(answer) {
    if (!answer || answer.text || this.#messages.at(-1) !== answer) return;
    const [question] = this.#messages.splice(-2);
    this.text.value = [question.text, this.text.value].filter(Boolean).join('\n');
    this.#images.unshift(...(question.images ?? []));
    this.#pictures();
    this.#grow();
    this.#draw();
    write(this.problem, answer.end);
    this.problem.dataset.kind = answer.isFault ? 'bad' : '';
    this.problem.hidden = false;
  }

  #busy(isBusy) {
    // The focus goes from the one button to the other, or it would be lost with the first.
    const hadFocus = document.activeElement === this.send;
    this.stop.hidden = !isBusy;
    if (hadFocus) this.stop.focus();
    this.send.hidden = isBusy;
    this.thread.setAttribute('aria-busy', String(isBusy));
    write(this.status, isBusy ? 'Waiting for the first word…' : '');
  }
}

/** A message: its text, its thoughts folded, its images, and how it ended. */
function bubble(message) {
  const text = h('div', { class: 'text' });
  const thoughts = h('pre');
  const folded = h('details', { class: 'thoughts' }, h('summary', {}, 'Thoughts'), thoughts);
  const end = h('p', { class: 'end' });
  const copy = iconButton('Copy the text', 'copy', () => navigator.clipboard?.writeText(message.text).then(() => say('Copied.')));
  const node = h('article', { class: `message ${message.role}`, 'aria-label': message.role === 'user' ? 'You' : 'Model' },
    message.images?.map((image) => h('img', { src: image.url, alt: image.name })), folded, text, h('footer', {}, end, message.role === 'assistant' && copy));
  const draw = () => {
    folded.hidden = !message.thoughts;
    write(thoughts, message.thoughts ?? '');
    fill(text, blocks(message.text));
    write(end, message.end ?? '');
    end.dataset.kind = message.isFault ? 'bad' : '';
    copy.hidden = !message.text;
  };
  draw();
  return { node, draw };
}

/** The text as paragraphs and blocks of code; nothing of it is read as HTML. */
function blocks(text) {
  return text.split(/^```[^\n]*\n?/m).map((part, index) => (index % 2 ? h('pre', { tabindex: '0' }, h('code', {}, part)) : part.trim() && h('p', {}, inline(part.trim()))));
}

const inline = (text) => text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((part, index) => (index % 2 ? (part[0] === '`' ? h('code', {}, part.slice(1, -1)) : h('strong', {}, part.slice(2, -2))) : part));

customElements.define('roost-chat', Chat);

"""##),
("dom.js", ##"""
// Makes elements. A text is always set as a text and never read as HTML, so a name, an error or an answer of a model is shown as it is.

const SVG = 'http://www.w3.org/2000/svg';
const drawn = new Set(['svg', 'path', 'rect', 'circle', 'line', 'title', 'g', 'polyline']);

/** Makes an element: `on…` attributes are listeners; null and false leave an attribute or a child out. */
export function h(name, attributes, ...children) {
  const node = drawn.has(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value == null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(key.slice(2), value);
    else if (key === 'value' || key === 'checked') node[key] = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
}

/** Replaces what is in an element. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((child) => child != null && child !== false));
}

/** Sets a text only if it is another one: a live list has thousands of them. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A text in which `backticks` mark what is typed as it stands. */
export const prose = (text) => text.split(/`([^`\n]+)`/).map((part, index) => (index % 2 ? h('code', {}, part) : part));

const icons = {
  pulls: 'M12 3v12m0 0-4-4m4 4 4-4M4 20h16',
  models: 'M12 3 4 7v10l8 4 8-4V7zM4 7l8 4 8-4M12 11v10',
  engines: 'M7 7h10v10H7zM10 3v4m4-4v4m-4 10v4m4-4v4M3 10h4m-4 4h4m10-4h4m-4 4h4',
  chat: 'M4 5h16v11H9l-5 4z',
  usage: 'M4 20V10m5.300 10V4m5.400 16v-7M20 20V7',
  log: 'M6 4h12v16H6zM9 9h6M9 13h6M9 17h3',
  settings: 'M4 7h10m4 0h2M4 17h2m4 0h10M14 5v4M10 15v4',
  pause: 'M9 6v12M15 6v12', play: 'M8 5v14l11-7z', cancel: 'M6 6l12 12M18 6 6 18', retry: 'M19 12a7 7 0 1 1-2-5l2 2V4m0 5h-5',
  up: 'M12 19V5m-6 6 6-6 6 6', down: 'M12 5v14m-6-6 6 6 6-6', first: 'M5 4h14M12 20V8m-5 5 5-5 5 5', add: 'M12 5v14M5 12h14',
  remove: 'M5 7h14M10 7V4h4v3m3 0-1 13H8L7 7', check: 'M5 12l5 5 9-10', warn: 'M12 4 3 20h18zM12 10v4m0 3v.1', image: 'M4 5h16v14H4zM4 16l5-5 5 5 3-3 3 3M15 9v.1',
  stop: 'M7 7h10v10H7z', send: 'M4 12l16-8-5 16-3-7z', search: 'M16 16l4 4M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0z', out: 'M10 4H5v16h5M9 12h11m-4-4 4 4-4 4', grip: 'M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1',
  copy: 'M8 8h11v12H8zM5 16V4h10',
};

/** Makes one of the page's icons. It has no name for readers of the screen: what it stands in has one. */
export function icon(name) {
  return h('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' }, h('path', { d: icons[name] }));
}

/** Makes a button with a text, and an icon if one is named. */
export function button(text, act, { kind = '', mark, ...attributes } = {}) {
  return h('button', { type: 'button', class: kind, onclick: act, ...attributes }, mark && icon(mark), text);
}

/** Makes a button that shows only an icon; its name is for readers of the screen, and for the pointer. */
export function iconButton(name, mark, act, attributes = {}) {
  return h('button', { type: 'button', class: 'bare', 'aria-label': name, title: name, onclick: act, ...attributes }, icon(mark));
}

/** Makes a bar. */
export function bar(name) {
  const inner = h('span');
  const node = h('span', { class: 'bar', role: 'progressbar', 'aria-label': name, 'aria-valuemin': '0', 'aria-valuemax': '100' }, inner);
  node.show = (share, kind = '') => {
    node.dataset.kind = kind;
    node.classList.toggle('unknown', share == null);
    if (share == null) node.removeAttribute('aria-valuenow');
    else node.setAttribute('aria-valuenow', String(Math.round(100 * share)));
    inner.style.transform = `scaleX(${Math.min(1, Math.max(0, share ?? 0))})`;
  };
  return node;
}

let labels = 0;
/** Makes a labelled field. */
export function field(label, input, hint) {
  const id = `field-${labels++}`;
  input.id = id;
  const note = hint && h('small', { id: `${id}-hint` }, hint);
  if (note) input.setAttribute('aria-describedby', note.id);
  return h('div', { class: input.type === 'checkbox' ? 'field check' : 'field' }, h('label', { for: id }, label), input, note);
}

export const select = (options, value, attributes) =>
  h('select', attributes, options.map((option) => {
    const [key, text] = Array.isArray(option) ? option : [option, option];
    return h('option', { value: key, selected: key === value }, text);
  }));

/** A table of name and value. */
export const facts = (pairs) =>
  h('dl', { class: 'facts' }, pairs.filter(([, value]) => value != null && value !== '').map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));

/** A table; on narrow screens each row is a block, and each cell says what it is. */
export function table(caption, heads, rows) {
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', { class: 'unseen' }, caption),
      h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col', class: head.startsWith('#') ? 'number' : null }, head.replace('#', ''))))),
      h('tbody', {}, rows.map((cells) => h('tr', {}, cells.map((cell, index) =>
        h('td', { class: heads[index].startsWith('#') ? 'number' : ['Time', 'Address', 'Setting'].includes(heads[index]) ? 'still' : null, 'data-name': heads[index].replace('#', '') }, cell ?? '–')))))));
}

export const badge = (text, kind = '') => h('span', { class: 'badge', 'data-kind': kind }, text);

export const empty = (title, text, ...more) => h('div', { class: 'empty' }, h('p', { class: 'title' }, title), h('p', {}, text), more);

"""##),
("drag.js", ##"""
// Rows that can be dragged to another place: with a mouse from anywhere in a row, with a finger or a pen from its grip, so that a finger elsewhere scrolls.

const threshold = 5;
const edge = 48;
const speed = 9;

export class Dragging {
  /** The item that is dragged. */
  item = null;
  /** The item whose place it would get. */
  over = null;
  /** Whether it would come after that one, because it comes from before it. */
  isAfter = false;
  #rows;
  #isMovable;
  #drop;
  #start = null;
  #y = 0;

  /** Lets the movable items of a list be dragged; `drop` is called with an item and the one whose place it gets. */
  constructor(rows, isMovable, drop) {
    [this.#rows, this.#isMovable, this.#drop] = [rows, isMovable, drop];
    rows.addEventListener('pointerdown', (event) => this.#press(event));
    rows.addEventListener('pointermove', (event) => this.#move(event));
    rows.addEventListener('pointerup', (event) => this.#release(event));
    rows.addEventListener('pointercancel', () => this.cancel());
    rows.addEventListener('selectstart', (event) => { if (this.#start) event.preventDefault(); });
  }

  /** Lets go; nothing moves. Returns whether something was dragged. */
  cancel() {
    const was = this.item;
    [this.#start, this.item, this.over] = [null, null, null];
    this.#rows.classList.remove('dragging');
    if (was) this.#rows.draw();
    return was != null;
  }

  #press(event) {
    const row = event.target.closest('[role=row]');
    if (event.button !== 0 || !row?.item || !this.#isMovable(row.item) || event.target.closest('button, a')) return;
    if (event.pointerType === 'mouse' || event.target.closest('.grip')) this.#start = { item: row.item, y: event.clientY, pointer: event.pointerId };
  }

  #move(event) {
    if (event.pointerId !== this.#start?.pointer) return;
    this.#y = event.clientY;
    if (!this.item) {
      if (Math.abs(this.#y - this.#start.y) < threshold) return;
      this.item = this.#start.item;
      this.#rows.setPointerCapture(event.pointerId);
      this.#rows.classList.add('dragging');
      this.#scroll();
    }
    this.#look();
  }

  #look() {
    const place = (item) => this.#rows.items.findIndex((other) => other.id === item.id);
    const item = this.#rows.itemAt(this.#y);
    this.over = item && item.id !== this.item.id && this.#isMovable(item) ? item : null;
    this.isAfter = this.over != null && place(this.item) < place(this.over);
    this.#rows.draw();
  }

  /** Near its edges the list moves under the pointer. */
  #scroll() {
    if (!this.item) return;
    const { top, bottom } = this.#rows.getBoundingClientRect();
    const by = this.#y < top + edge ? -speed : this.#y > bottom - edge ? speed : 0;
    if (by) {
      this.#rows.scrollTop += by;
      this.#look();
    }
    requestAnimationFrame(() => this.#scroll());
  }

  #release(event) {
    if (event.pointerId !== this.#start?.pointer) return;
    const [item, over] = [this.item, this.over];
    if (!this.cancel()) return;
    // The click that ends a drag opens nothing.
    const swallow = (click) => click.stopPropagation();
    this.#rows.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => this.#rows.removeEventListener('click', swallow, { capture: true }));
    if (over) this.#drop(item, over);
  }
}

"""##),
("engines.js", ##"""
// The engines: what is in memory, who waits, and why models came and went.

import { ask, can, post } from './api.js';
import { badge, bar, button, empty, facts, fill, h, table, write } from './dom.js';
import { bytes, duration, many, number, time } from './format.js';
import { View } from './live.js';
import { attempt } from './notes.js';

const kinds = { ready: 'live', failed: 'bad', loading: 'warn', starting: 'warn' };
/** The milliseconds of the line. */
const remembered = 60_000;

class Engines extends View {
  #shown = new Map();

  show() {
    this.head = h('div');
    this.cards = h('div', { class: 'cards' });
    this.decisions = h('div');
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Engines')), this.head, this.cards, h('h2', { class: 'section' }, 'Last decisions'), this.decisions);
    this.watch(1, async (signal) => {
      const [engines, status, bandwidth] = await Promise.all([ask('/engines', { signal }), ask('/status', { signal }), ask('/bandwidth', { signal })]);
      this.#draw(engines, status, bandwidth);
    });
  }

  #draw({ engines, decisions }, status, bandwidth) {
    fill(this.head, facts([
      ['Models in memory', `${status.loaded_models.length} (at most ${status.max_cache_models})`], ['Pulls at once', `at most ${status.max_concurrent_pulls}`],
      ['Downloads', bandwidth.closed ? 'closed' : bandwidth.bytes_per_second ? `at most ${bytes(bandwidth.bytes_per_second)}/s` : 'without a limit'],
      ['Engine', status.engine ?? 'none is installed'], ['Up for', duration(status.uptime_seconds)], ['Hub', status.hub_endpoint],
    ]));
    // A card stays as long as its engine, so its button keeps the focus.
    const cards = new Map(engines.map(({ model }) => [model, this.#shown.get(model) ?? card(model)]));
    if ([...cards.keys()].join() !== [...this.#shown.keys()].join() || !this.cards.firstChild) {
      const focused = document.activeElement;
      fill(this.cards, cards.size ? [...cards.values()] : empty('No model is in memory', 'A model is loaded by the first request to it, or by hand in Models.'));
      if (this.cards.contains(focused)) focused.focus();
    }
    this.#shown = cards;
    for (const engine of engines) cards.get(engine.model).show(engine);
    const newest = decisions[0] ? `${decisions[0].time}${decisions.length}` : 'none';
    if (this.newest === newest) return;
    this.newest = newest;
    fill(this.decisions, decisions.length ? table('Last decisions', ['Time', 'What', 'Model', 'Why', 'Figures'], decisions.map((decision) => [
      time(decision.time), badge(decision.what), decision.model, decision.for ? `${decision.why} (for ${decision.for})` : decision.why,
      Object.entries(decision.figures).map(([name, value]) => h('span', { class: 'figure' }, figure(name, value))),
    ])) : h('p', { class: 'hint' }, 'None since the start.'));
  }
}

/** A figure of a decision, whose name tells its unit. */
function figure(name, value) {
  const words = name.replace(/_(bytes|seconds)$/, '').replaceAll('_', ' ');
  if (name.endsWith('_bytes')) return `${words} ${bytes(value)}`;
  if (name.endsWith('_seconds')) return `${words} ${duration(value)}`;
  return `${words} ${number(value)}${name === 'context' ? ' tokens' : ''}`;
}

/** Makes the card of an engine; `show` shows the engine as it is now. */
function card(model) {
  const [head, message, words, waiting, rest] = [h('p', { class: 'line' }), h('p'), h('span', { class: 'words' }), h('p'), h('div')];
  const progress = bar('Load');
  const load = h('div', { class: 'now' }, message, progress);
  const slots = h('p', { class: 'slots', role: 'img' });
  const spark = h('svg', { class: 'spark', viewBox: '0 0 240 32', preserveAspectRatio: 'none', role: 'img', 'aria-label': 'Requests in the last minute' });
  const node = h('article', { class: 'card', 'data-engine': model }, h('h2', {}, model), head, load, slots, waiting, spark, h('p', { class: 'hint' }, 'Requests, last minute'), rest,
    can('admin') && h('div', { class: 'actions' }, button('Unload', () => attempt(() => post('/models/unload', { model }), `${model} has left memory.`))));
  let [past, text] = [[], null];
  node.show = (engine) => {
    past = [...past.filter(([time]) => time >= Date.now() - remembered), [Date.now(), engine.running + engine.waiting]];
    const busy = `${engine.running} of ${engine.slots}`;
    load.hidden = !engine.load;
    write(message, engine.load?.message ?? '');
    progress.show(engine.load?.total_bytes ? engine.load.read_bytes / engine.load.total_bytes : null, 'live');
    slots.hidden = !engine.slots;
    slots.setAttribute('aria-label', `${busy} ${engine.slots === 1 ? 'slot' : 'slots'} busy`);
    fill(slots, Array.from({ length: engine.slots ?? 0 }, (_, index) => h('span', { class: index < engine.running ? 'busy' : '' })), words);
    write(words, `${busy} busy`);
    waiting.hidden = !engine.waiting;
    write(waiting, `${many(engine.waiting, 'request')} waiting`);
    fill(spark, line(past, engine.slots ?? 1));
    const { state, need_bytes, last_error, context_length, restarts, pid } = engine;
    const now = JSON.stringify([state, need_bytes, last_error, context_length, restarts, pid]);
    if (now === text) return;
    text = now;
    fill(head, badge(state, kinds[state] ?? ''), need_bytes != null && ` needs ${bytes(need_bytes)}`);
    fill(rest, last_error && h('p', { class: 'fault', 'data-kind': 'bad' }, last_error),
      facts([['Context', context_length && `${number(context_length)} tokens`], ['Restarts', restarts || null], ['Process', pid]]));
  };
  return node;
}

/** The numbers of requests, each at its time: the newest at the right, those of a minute ago at the left. */
function line(past, slots) {
  const top = Math.max(slots, ...past.map(([, value]) => value));
  const newest = past.at(-1)[0];
  const points = past.map(([time, value]) => `${240 * (1 - (newest - time) / remembered)},${30 - (28 * value) / top}`);
  return [h('line', { x1: '0', x2: '240', y1: '30', y2: '30', class: 'ground' }), h('polyline', { points: points.join(' ') })];
}

customElements.define('roost-engines', Engines);

"""##),
("format.js", ##"""
// Numbers and times for people.

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

export function bytes(count) {
  if (count == null) return '–';
  let [value, unit] = [count, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(value < 9.995 ? 2 : 1)} ${units[unit]}`;
}

export const rate = (count) => (count == null ? '' : `${bytes(count)}/s`);

export function duration(seconds) {
  if (seconds == null) return '–';
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds < 10 ? Math.round(seconds * 10) / 10 : whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const grouped = new Intl.NumberFormat();

export const number = (value) => (value == null ? '–' : grouped.format(value));
export const percent = (share) => (share == null ? '' : `${Math.floor(100 * share)} %`);

export function time(text) {
  if (!text) return '–';
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : day.format(date);
}

export function ago(text) {
  const seconds = (Date.now() - new Date(text)) / 1000;
  if (Number.isNaN(seconds)) return text;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return time(text);
}

export const many = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;

"""##),
("icon.svg", ##"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f6a78"/><path d="M6 22h20M9 22c0-7 4-12 10-12 1-3 3-4 5-3l-1 3 3 1.500-3 1.500c0 5-3 9-8 9M13 22v3M18 22v3" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>

"""##),
("index.html", ##"""
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>Roost</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/style.css">
<script type="module" src="/page/api.js"></script>
<link rel="modulepreload" href="/page/dom.js">
<link rel="modulepreload" href="/page/format.js">
<link rel="modulepreload" href="/page/live.js">
<link rel="modulepreload" href="/page/pulls.js">
<link rel="modulepreload" href="/page/jobs.js">
<link rel="modulepreload" href="/page/rows.js">
<link rel="modulepreload" href="/page/job.js">
<link rel="modulepreload" href="/page/side.js">
<link rel="modulepreload" href="/page/queue.js">
<link rel="modulepreload" href="/page/drag.js">
<link rel="modulepreload" href="/page/notes.js">
<link rel="modulepreload" href="/page/login.js">
<script type="module" src="/page/main.js"></script>
</head>
<body>
<noscript><p class="plain">This page needs JavaScript. The <code>roost</code> command and the HTTP API do everything that it does.</p></noscript>
</body>
</html>

"""##),
("job.js", ##"""
// One pull: how far it is, its files, its whole history, and why it failed.

import { ask, can, events, open, patience } from './api.js';
import { badge, bar, button, facts, fill, h, icon, prose, table, write } from './dom.js';
import { bytes, duration, percent, rate, time } from './format.js';
import { isQueued, jobs } from './jobs.js';
import { whileVisible } from './live.js';
import { attempt, confirmed } from './notes.js';
import { actionButton, actionsOf, move } from './pulls.js';
import { openSide } from './side.js';

export const stageWords = {
  resolving: 'asking the Hub', planning: 'choosing files', downloading: 'downloading', stalled: 'no bytes for ten seconds', verifying: 'verifying',
  converting: 'converting', quantizing: 'quantising', loading: 'loading the model', waiting_network: 'waiting for its next try', paused: 'paused', canceled: 'canceled',
};

/** The state of a job: a word, and its colour. */
export function statusOf(job) {
  if (job.status === 'running') return { text: 'running', kind: job.stage === 'stalled' ? 'warn' : 'live' };
  if (job.status === 'succeeded') return { text: 'done', kind: job.error ? 'warn' : 'good' };
  if (job.status === 'failed') return job.stage === 'canceled' ? { text: 'canceled', kind: 'idle' } : { text: 'failed', kind: 'bad' };
  if (job.stage === 'paused') return { text: 'paused', kind: 'idle' };
  if (job.stage === 'waiting_network') return { text: job.run_after ? `waits until ${time(job.run_after)}` : 'waits', kind: 'warn' };
  if (!isQueued(job)) return { text: `begins ${time(job.run_after)}`, kind: 'idle' };
  return { text: 'queued', kind: 'idle' };
}

export const openJob = (id) => { location.hash = `#/pulls/${encodeURIComponent(id)}`; };

/** Shows a job beside the list. */
export function showJob(id) {
  const view = new JobView(id);
  openSide('Pull', view.node, { onclose: () => view.end(), back: '#/pulls' });
}

class JobView {
  #ends = [];
  #last = null;

  constructor(id) {
    this.id = id;
    this.bar = bar('Progress of this pull');
    this.title = h('h2', { class: 'name', tabindex: '-1' });
    this.state = h('p', { class: 'state' });
    this.buttons = h('div', { class: 'actions' });
    this.priority = h('input', { type: 'number', min: '-100', max: '100', step: '1', 'aria-label': 'Priority' });
    this.form = h('form', { class: 'inline', onsubmit: (event) => {
      event.preventDefault();
      this.#prioritize();
    } }, this.priority, h('button', { type: 'submit' }, 'Set priority'));
    this.facts = h('div');
    this.now = h('div', { class: 'now' });
    this.fault = h('div');
    this.files = h('div');
    this.history = h('ol', { class: 'history', 'aria-label': 'History' });
    this.node = h('div', { class: 'detail' }, this.title, this.state, this.bar, this.buttons, this.fault, this.now, this.facts,
      h('details', { ontoggle: (event) => event.target.open && this.#listFiles() }, h('summary', {}, 'Files'), this.files),
      h('h3', {}, 'History'), this.history);
    this.#ends.push(jobs.use());
    const change = () => this.#draw();
    jobs.addEventListener('change', change);
    this.#ends.push(() => jobs.removeEventListener('change', change));
    this.unfollow = whileVisible(() => this.#follow());
    this.#ends.push(() => this.unfollow());
    if (!jobs.all.has(id)) attempt(() => jobs.refresh(id));
    this.#draw();
  }

  end() { for (const end of this.#ends.splice(0)) end(); }

  #draw() {
    const job = jobs.all.get(this.id);
    if (!job) {
      write(this.state, jobs.isLoaded ? 'There is no such pull any more.' : 'Loading…');
      return;
    }
    const status = statusOf(job);
    write(this.title, job.model);
    const signature = [status.text, status.kind, job.stage, job.priority, job.error, job.traceback, job.finished_at].join('\u0000');
    if (signature !== this.signature) {
      this.signature = signature;
      fill(this.state, badge(status.text, status.kind), ' ', job.status === 'running' ? stageWords[job.stage] ?? job.stage : '');
      fill(this.fault, job.error && h('p', { class: 'fault', 'data-kind': job.status === 'failed' ? 'bad' : 'warn' }, prose(job.error)),
        job.traceback && h('details', {}, h('summary', {}, 'Details for a report'), h('pre', { tabindex: '0' }, job.traceback)));
      fill(this.facts, facts([
        ['Choice', job.quantize], ['Revision', job.revision], ['Size', job.size_bytes && bytes(job.size_bytes)], ['Accepted', time(job.created_at)],
        ['Started', job.started_at && time(job.started_at)], ['Ended', job.finished_at && time(job.finished_at)], ['Priority', String(job.priority)],
        ['Tries that failed', job.retry_count ? `${job.retry_count} of ${job.max_retries}` : null], ['Limit', rate(job.max_bytes_per_second)],
        ['User', job.user_id], ['Workspace', job.workspace_id], ['Tags', job.tags?.join(', ')], ['Folder', job.local_path], ['Id', job.id],
      ]));
    }
    // What is typed stays until the priority is another one.
    if (job.priority !== this.shown) this.priority.value = this.shown = job.priority;
    // A pull that goes on after its end has a history again.
    if (this.ended && job.finished_at !== this.ended) {
      this.unfollow();
      this.unfollow = whileVisible(() => this.#follow());
    }
    this.ended = job.finished_at;
    this.#control(job);
    this.bar.hidden = job.progress == null;
    this.bar.show(job.progress, status.kind);
    fill(this.now, job.status === 'running' && h('p', {}, [percent(job.progress), job.total_bytes && `${bytes(job.downloaded_bytes ?? 0)} of ${bytes(job.total_bytes)}`,
      rate(job.bytes_per_second), job.eta_seconds != null && `${duration(job.eta_seconds)} left`].filter(Boolean).join(' · ')),
      job.conversion_progress != null && job.status === 'running' && h('p', {}, `Conversion: ${percent(job.conversion_progress)}`),
      (job.current_files ?? []).map((file) => h('p', { class: 'part' }, h('span', {}, file.path), h('span', {}, `${percent(file.downloaded_bytes / file.size)} of ${bytes(file.size)}`))));
  }

  /** Shows the buttons for what is possible now. They change only with that, and the focus stays among them. */
  #control(job) {
    const actions = actionsOf(job);
    const controls = [job.status, isQueued(job), ...actions].join();
    if (controls === this.controls) return;
    this.controls = controls;
    const focused = this.buttons.contains(document.activeElement) && document.activeElement;
    fill(this.buttons, actions.map((name) => actionButton(name, () => jobs.all.get(this.id))), this.#placing(job), this.#removal(job), this.#again(job));
    if (focused) (this.buttons.contains(focused) ? focused : this.buttons.firstChild)?.focus();
  }

  /** The place in the queue, by priority. */
  #placing(job) {
    if (!can('pull') || !['queued', 'running'].includes(job.status)) return null;
    const isMovable = isQueued(job);
    const step = (by) => move(jobs.all.get(this.id), by === 'first' ? 0 : jobs.queue().findIndex((other) => other.id === this.id) + by);
    return [isMovable && button('First', () => step('first'), { mark: 'first' }), isMovable && button('Up', () => step(-1), { mark: 'up' }), isMovable && button('Down', () => step(1), { mark: 'down' }), this.form];
  }

  #prioritize() {
    const priority = Number(this.priority.value);
    attempt(() => jobs.change(this.id, 'priority', { priority }), `The priority is ${priority}.`);
  }

  #removal(job) {
    if (!can('pull') || !['failed', 'succeeded'].includes(job.status)) return null;
    return button('Delete', async () => {
      if (!(await confirmed('Delete this pull?', 'The job and its history are deleted. The model stays on the disk.', 'Delete the job'))) return;
      // One that is not there any more was deleted elsewhere.
      if (await attempt(() => ask(`/jobs/${job.id}`, { method: 'DELETE' }).catch((error) => { if (error.status !== 404) throw error; }), 'Deleted.')) {
        jobs.drop(job.id);
        location.hash = '#/pulls';
      }
    }, { mark: 'remove' });
  }

  #again(job) {
    return job.status === 'succeeded' && can('chat') && h('a', { class: 'button', href: `#/chat/${encodeURIComponent(job.model)}` }, icon('chat'), 'Chat');
  }

  async #listFiles() {
    await attempt(async () => {
      const files = await ask(`/jobs/${this.id}/files`);
      fill(this.files, files.length ? table('Files of this pull', ['File', '#Size', '#Verified', 'Digest'], files.map((file) =>
        [file.path, bytes(file.size), percent(file.size ? (file.verified ?? []).reduce((sum, [from, to]) => sum + to - from, 0) / file.size : 1), h('code', {}, file.digest)])) : h('p', {}, 'The files are not planned yet.'));
    });
  }

  /** Reads the history, all of it and then each new event, until the job ends. */
  #follow() {
    const control = new AbortController();
    const run = async () => {
      while (!control.signal.aborted) {
        try {
          const response = await open(`/jobs/${this.id}/events`, { signal: control.signal, headers: this.#last == null ? {} : { 'Last-Event-ID': this.#last } });
          if (response.status === 204) return;
          for await (const event of events(response, patience)) {
            if (event.id) this.#last = event.id;
            if (event.data && event.event !== 'progress') this.#add(JSON.parse(event.data));
          }
        } catch (error) {
          if (control.signal.aborted || [401, 403, 404].includes(error.status)) return;
        }
        await new Promise((done) => setTimeout(done, 1000));
      }
    };
    run();
    return () => control.abort();
  }

  #add(event) {
    this.history.prepend(h('li', {}, h('time', { datetime: event.time }, time(event.time)), h('strong', {}, event.event === 'stage' ? stageWords[event.stage] ?? event.stage : event.event.replaceAll('_', ' ')), event.message && h('p', {}, event.message)));
    while (this.history.children.length > 500) this.history.lastChild.remove();
  }
}

"""##),
("jobs.js", ##"""
// All jobs, as the server has them: a list, and then the events of the one stream. A line that was lost, and a tab that was hidden, miss
// nothing, because the stream goes on after the last event that was seen.

import { ask, events, firstJobs, open, patience, post } from './api.js';
import { whileVisible } from './live.js';
import { rankOf } from './queue.js';

const most = 10_000;
/** The rows that are seen first are asked for alone, as `firstJobs` are. */
const firstPage = 50;
const pageSize = 1000;
/** The milliseconds between two readings of jobs that have changed. */
const pause = 60;
/** The milliseconds after which a stream that opens again has the list read again: jobs that were deleted meanwhile are told no more. */
const longest = 300_000;

/** Whether a job is in the queue and may begin: one that is paused, or that has to wait for its time, has no place there. */
export const isQueued = (job) => job?.status === 'queued' && !job.stage && !(job.starts > Date.now());

class Jobs extends EventTarget {
  all = new Map();
  isLoaded = false;
  fault = null;
  /** Counts changes of the set and the order; progress alone does not count. */
  version = 0;
  #users = 0;
  #end = null;
  #last = null;
  #stale = new Set();
  #timer = null;
  #isReading = false;
  #lastReading = 0;
  #lastLoad = 0;
  #isTold = false;
  #first = firstJobs;

  /** Keeps the jobs up to date until what it returns is called. */
  use() {
    if (this.#users++ === 0) this.#end = whileVisible(() => this.#follow());
    return () => {
      if (--this.#users === 0) this.#end();
    };
  }

  /** Forgets everything, for another visitor. */
  clear() {
    this.all.clear();
    this.#stale.clear();
    [this.isLoaded, this.#last, this.fault, this.#first] = [false, null, null, null];
    this.#tell();
  }

  /** Takes a job as an answer has it. */
  take(job) {
    const before = this.all.get(job.id);
    job.created = Date.parse(job.created_at) / 1000;
    job.starts = job.run_after ? Date.parse(job.run_after) : 0;
    this.all.set(job.id, job);
    if (!before || before.status !== job.status || before.stage !== job.stage || before.priority !== job.priority) this.version++;
    this.#tell();
  }

  drop(id) {
    if (this.all.delete(id)) this.version++;
    this.#tell();
  }

  /** The queued jobs that may begin, in the order in which they do. */
  queue() {
    return [...this.all.values()].filter(isQueued)
      .sort((one, other) => rankOf(one.created, one.priority) - rankOf(other.created, other.priority));
  }

  /** Running jobs, then the queue, then those that wait or are paused, then the finished ones, the newest first. */
  sorted() {
    const groups = { running: [], waiting: [], finished: [] };
    for (const job of this.all.values()) {
      if (job.status === 'running') groups.running.push(job);
      else if (job.status !== 'queued') groups.finished.push(job);
      else if (!isQueued(job)) groups.waiting.push(job);
    }
    const newest = (one, other) => other.created - one.created;
    return [...groups.running.sort(newest).reverse(), ...this.queue(), ...groups.waiting.sort(newest), ...groups.finished.sort(newest)];
  }

  /** Reads the newest jobs. */
  async load(signal) {
    let path = `/jobs?limit=${firstPage}`;
    const before = [...this.all.keys()];
    const seen = new Set();
    while (path && seen.size < most) {
      const response = await open(path, { signal });
      for (const job of await response.json()) {
        seen.add(job.id);
        this.take(job);
      }
      path = response.headers.get('Link')?.match(/<([^>]+)>; rel="next"/)?.[1].replace(`limit=${firstPage}&`, `limit=${pageSize}&`);
    }
    for (const id of before) if (!seen.has(id)) this.drop(id);
    this.isLoaded = true;
    this.#lastLoad = Date.now();
    this.#fail(null);
  }

  #follow() {
    const control = new AbortController();
    this.#stream(control.signal);
    this.#plan();
    return () => {
      control.abort();
      clearTimeout(this.#timer);
      this.#timer = null;
    };
  }

  /** Shows the first rows while the stream still opens; after that the list is read again. */
  async #glance(signal) {
    const newest = (await this.#first) ?? (await ask(`/jobs?limit=${firstPage}`, { signal }));
    if (signal.aborted) return;
    this.#first = null;
    for (const job of newest) if (!this.all.has(job.id)) this.take(job);
  }

  async #stream(signal) {
    // What goes wrong here goes wrong with the stream too, and is shown then.
    if (!this.isLoaded) this.#glance(signal).catch(() => {});
    while (!signal.aborted) {
      try {
        const headers = this.#last == null ? {} : { 'Last-Event-ID': this.#last };
        for await (const event of events(await open('/jobs/events', { headers, signal }), patience)) {
          // The first event has only a number, the one that the stream begins after: the list is read after it. A smaller number than before
          // is of an older jobs.db, or of one from which jobs were deleted.
          const isOld = event.id && !event.data && (Number(event.id) < this.#last || Date.now() - this.#lastLoad > longest);
          if (!this.isLoaded || isOld) await this.load(signal);
          if (this.fault) this.#fail(null);
          if (event.id) this.#last = event.id;
          if (event.event === 'progress') this.take(JSON.parse(event.data));
          else if (event.event === 'deleted') this.drop(JSON.parse(event.data).job_id);
          else if (event.event === 'pruned') await this.load(signal);
          else if (event.data) this.#note(JSON.parse(event.data));
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#fail(error);
        if (error.status === 401 || error.status === 403) return;
      }
      await new Promise((done) => setTimeout(done, 1000));
    }
  }

  #note(event) {
    const job = this.all.get(event.job_id);
    if (job) this.take({ ...job, status: event.status, stage: event.stage ?? null });
    // What an event does not tell is read from the job itself, many at a time.
    this.#stale.add(event.job_id);
    this.#plan();
  }

  /** The first change is read at once, and those that follow closely together. */
  #plan(wait = Math.max(0, this.#lastReading + pause - performance.now())) {
    if (this.#stale.size && !this.#isReading) this.#timer ??= setTimeout(() => this.#read(), wait);
  }

  async #read() {
    [this.#timer, this.#isReading, this.#lastReading] = [null, true, performance.now()];
    const ids = [...this.#stale];
    this.#stale.clear();
    let wait;
    try {
      if (ids.length > Math.max(30, this.all.size / 50)) await this.load();
      else await Promise.all(ids.map((id) => this.refresh(id)));
    } catch (error) {
      if (error.status !== 401 && error.status !== 403) for (const id of ids) this.#stale.add(id);
      this.#fail(error);
      wait = 1000;
    }
    this.#isReading = false;
    if (this.#users && !document.hidden) this.#plan(wait);
  }

  /** Changes a job, and takes it as the answer has it. One that is not there any more is dropped. */
  async change(id, action, body) {
    try {
      this.take(await post(`/jobs/${id}/${action}`, body));
    } catch (error) {
      if (error.status === 404) this.drop(id);
      throw error;
    }
  }

  /** Reads a job again. */
  async refresh(id) {
    try {
      this.take(await ask(`/jobs/${encodeURIComponent(id)}`));
    } catch (error) {
      if (error.status !== 404) throw error;
      this.drop(id);
    }
  }

  #fail(error) {
    this.fault = error;
    this.#tell();
  }

  #tell() {
    if (this.#isTold) return;
    this.#isTold = true;
    requestAnimationFrame(() => {
      this.#isTold = false;
      this.dispatchEvent(new Event('change'));
    });
  }
}

export const jobs = new Jobs();

"""##),
("live.js", ##"""
// Work that goes on only while the page is seen: a hidden tab has no timer and no stream.

/** Calls `start` while the page is visible; what it returns stops the work. Returns what ends all of it. */
export function whileVisible(start) {
  let stop = null;
  const look = () => {
    if (document.hidden) {
      stop?.();
      stop = null;
    } else stop ??= start() ?? (() => {});
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    stop?.();
    stop = null;
  };
}

/** Does some work now and again after each pause, while the page is visible. */
export function every(seconds, work) {
  return whileVisible(() => {
    const control = new AbortController();
    let timer;
    const turn = async () => {
      try {
        await work(control.signal);
      } finally {
        if (!control.signal.aborted) timer = setTimeout(turn, 1000 * seconds);
      }
    };
    turn();
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  });
}

/** The base of the views: what is live in one ends when it is left. */
export class View extends HTMLElement {
  #ends = [];

  /** Ends something when the view is left. */
  until(end) { this.#ends.push(end); }

  /** Asks again after each pause while the view is seen, and shows why that fails. */
  watch(seconds, work) {
    this.until(every(seconds, async (signal) => {
      try {
        await work(signal);
        this.fault?.remove();
        this.fault = null;
      } catch (error) {
        if (signal.aborted || error.status === 401) return;
        this.fault?.remove();
        this.fault = document.createElement('p');
        this.fault.className = 'fault';
        this.fault.setAttribute('role', 'status');
        this.fault.textContent = error.message;
        this.prepend(this.fault);
      }
    }));
  }

  connectedCallback() { this.show(); }

  disconnectedCallback() {
    for (const end of this.#ends.splice(0)) end();
  }
}

"""##),
("login.js", ##"""
// The log-in: a key is sent once, and after that neither this page nor the cookie has all of it.

import { ask, memory, visitor } from './api.js';
import { field, fill, h } from './dom.js';

/** Shows the log-in until it works, and why the last one has ended, if one has. */
export function showLogin(root, onDone, reason) {
  const key = h('input', { type: 'password', required: true, autocomplete: 'current-password', spellcheck: 'false', placeholder: 'rst_…' });
  const fault = h('p', { class: 'fault', 'data-kind': 'bad', role: 'alert', hidden: !reason }, reason);
  const send = h('button', { type: 'submit', class: 'primary' }, 'Log in');
  fill(root, h('main', { class: 'login' }, h('form', { onsubmit: async (event) => {
    event.preventDefault();
    send.disabled = true;
    fault.hidden = true;
    try {
      const { half, ...who } = await ask('/page/login', { method: 'POST', body: { key: key.value.trim() } });
      memory.half = half;
      if ((await ask('/page/me')).needs_key) throw new Error('The browser did not keep the cookie of the log-in. Allow cookies for this page, and log in again.');
      Object.assign(visitor, who);
      onDone();
    } catch (error) {
      memory.half = null;
      fault.textContent = error.message;
      fault.hidden = false;
      key.select();
    }
    send.disabled = false;
  } }, h('img', { src: import.meta.resolve('./icon.svg'), alt: '', width: '48', height: '48' }), h('h1', {}, 'Roost'), h('p', {}, 'This server needs a key. Its operator makes keys with ', h('code', {}, 'roost keys create'), '.'),
  field('Key', key), fault, send)));
  key.focus();
}

export async function logOut() {
  // From here on the chat keeps nothing, so the conversation is gone for the next person at this tab.
  visitor.needs_key = true;
  await ask('/page/logout', { method: 'POST', body: {} }).catch(() => {});
  memory.half = null;
  sessionStorage.removeItem('roost.chat');
  location.hash = '';
  location.reload();
}

"""##),
("main.js", ##"""
// The frame of the page: who uses it, what they may see, and which view is open.

import { arrival, ask, can, memory, visitor } from './api.js';
import { fill, h, icon, write } from './dom.js';
import { jobs } from './jobs.js';
import { every } from './live.js';
import { logOut, showLogin } from './login.js';
import { say } from './notes.js';
import { activeWords, openPull } from './pulls.js';
import { showJob } from './job.js';
import { closeSide } from './side.js';

const views = [
  { name: 'pulls', title: 'Pulls', needs: ['pull', 'read'], side: showJob },
  { name: 'models', title: 'Models', file: './models.js', side: async (name) => (await import('./models.js')).showModel(name) },
  { name: 'engines', title: 'Engines', needs: ['read'], file: './engines.js' },
  { name: 'chat', title: 'Chat', needs: ['chat'], file: './chat.js' },
  { name: 'usage', title: 'Usage', file: './records.js' },
  { name: 'log', title: 'Log', needs: ['admin'], file: './records.js' },
  { name: 'settings', title: 'Settings', needs: ['admin'], file: './records.js' },
];
const root = h('div', { class: 'root' });
document.body.prepend(root);
let [main, current, ends] = [null, null, []];

const allowed = () => views.filter((view) => !view.needs || can(...view.needs));

function frame() {
  main = h('main', { id: 'main', tabindex: '-1' });
  const links = allowed().map((view, index) => h('a', { href: `#/${view.name}`, 'data-view': view.name, title: `Alt+${index + 1}` }, icon(view.name), h('span', {}, view.title)));
  fill(root, h('a', { class: 'skip', href: '#main', onclick: (event) => {
    event.preventDefault();
    main.focus();
  } }, 'To the content'),
  h('nav', { 'aria-label': 'Views' }, h('a', { class: 'brand', href: '#/pulls' }, h('img', { src: import.meta.resolve('./icon.svg'), alt: '', width: '28', height: '28' }), h('span', {}, 'Roost')), links,
    h('div', { class: 'who' }, visitor.key && h('p', {}, visitor.key.name, h('small', {}, visitor.scopes.join(', '))),
      visitor.key && h('button', { type: 'button', onclick: logOut }, icon('out'), 'Log out'), h('small', {}, visitor.version))),
  h('div', { class: 'health', role: 'status', hidden: true }), main);
  ends = [every(30, health)];
}

/** Tells what is wrong with the server, if something is. */
async function health(signal) {
  const banner = root.querySelector('.health');
  const report = await ask('/health', { signal }).catch(() => null);
  banner.hidden = !report || report.status === 'ok';
  write(banner, (report?.problems ?? []).join(' '));
}

let turn = 0;
async function route() {
  const mine = ++turn;
  const [, name, ...rest] = location.hash.split('/');
  const view = allowed().find((other) => other.name === name) ?? allowed()[0];
  if (view.file) {
    try {
      await import(view.file);
    } catch {
      say('The view cannot be opened: the server does not answer, or has another version now. Reload the page.', 'bad');
      return;
    }
  }
  if (mine !== turn) return;
  if (current !== view) {
    closeSide();
    current = view;
    fill(main, document.createElement(`roost-${view.name}`));
    for (const link of root.querySelectorAll('nav a[data-view]')) {
      if (link.dataset.view === view.name) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    title();
  }
  const detail = rest.length ? decodeURIComponent(rest.join('/')) : null;
  if (detail && view.side) view.side(detail);
  else closeSide();
}

const title = () => { document.title = `${activeWords()}${current?.title ?? ''} · Roost`; };

document.addEventListener('roost-jobs', title);
document.addEventListener('keydown', (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !current) return;
  // On a Mac, Alt and a digit type letters: Alt+5 is [ on a German keyboard.
  if (navigator.platform.startsWith('Mac') && event.target.closest('input, textarea, select')) return;
  const view = /^Digit[1-7]$/.test(event.code) && allowed()[Number(event.code.at(-1)) - 1];
  if (view) location.hash = `#/${view.name}`;
  else if (event.code === 'KeyN' && can('pull') && !document.querySelector('dialog')) openPull();
  else return;
  event.preventDefault();
});
document.addEventListener('roost-stranger', ({ detail }) => { if (!visitor.needs_key) login(detail); });
window.addEventListener('hashchange', () => { if (current) route(); });

function login(reason) {
  // Without a log-in there was simply no key yet.
  const fault = memory.half && reason && `The log-in has ended. ${reason}`;
  visitor.needs_key = true;
  closeSide();
  for (const end of ends.splice(0)) end();
  for (const open of document.querySelectorAll('dialog')) open.close();
  current = null;
  fill(root);
  jobs.clear();
  memory.half = null;
  showLogin(root, start, fault);
}

function start() {
  frame();
  route();
}

async function begin() {
  try {
    Object.assign(visitor, await arrival);
  } catch (error) {
    fill(root, h('main', { class: 'login' }, h('p', { class: 'fault', role: 'alert' }, error.message), h('button', { type: 'button', class: 'primary', onclick: () => location.reload() }, 'Try again')));
    return;
  }
  if (!visitor.needs_key) start();
  // Any answer that needs a key tells why a log-in has ended.
  else login(memory.half && await ask('/status').then(() => null, (error) => error.message));
}

begin();

"""##),
("models.js", ##"""
// The models on this machine: where they came from, whether they are sound, and whether they fit.

import { ask, can, lines, modelPath, open, post } from './api.js';
import { badge, bar, button, empty, facts, fill, h, icon, prose, table } from './dom.js';
import { ago, bytes, duration, many, number, time } from './format.js';
import { View } from './live.js';
import { attempt, confirmed, dialog, say } from './notes.js';
import { openPull } from './pulls.js';
import { openSide } from './side.js';

const kindOfFit = { loaded: 'live', fits: 'good', after_eviction: 'warn', after_requests: 'warn', never: 'bad' };
const origins = { hub: 'from the Hub', converted: 'converted', ollama: 'from Ollama' };
const words = {
  loaded: 'in memory', fits: 'fits now', after_eviction: 'fits when unused models leave memory', after_requests: 'fits when others have answered', never: 'does not fit',
};

class Models extends View {
  #text = null;

  show() {
    this.body = h('div', { class: 'cards' });
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Models'),
      can('admin') && button('Verify all', () => check('verify'), { mark: 'check' }), can('admin') && button('Clean up', () => cleanUp(), { mark: 'remove' }),
      can('pull') && button('New pull', () => openPull(), { kind: 'primary', mark: 'add', title: 'Alt+N' })), this.body);
    this.watch(3, async (signal) => {
      const [models, aliases] = await Promise.all([ask('/models', { signal }), ask('/aliases', { signal })]);
      const text = JSON.stringify([models, aliases]);
      if (text !== this.#text) this.#draw(models, aliases);
      this.#text = text;
    });
    this.until(onModels(() => { this.#text = null; }));
  }

  #draw(models, aliases) {
    if (!models.length) {
      fill(this.body, empty('No models yet', prose('Pull one from the Hub, or import those of Ollama with `roost import ollama`.')));
      return;
    }
    const named = (model) => aliases.filter((alias) => alias.model === model).map((alias) => alias.name);
    const focused = document.activeElement?.closest?.('[data-model]')?.dataset.model;
    fill(this.body, models.sort((one, other) => other.loaded - one.loaded || one.model.localeCompare(other.model)).map((model) =>
      h('article', { class: 'card model', 'data-model': model.model },
        h('h2', {}, h('a', { href: `#/models/${encodeURIComponent(model.model)}` }, model.model)),
        h('p', { class: 'line' }, badge(model.loaded ? 'in memory' : origins[model.origin] ?? model.origin, model.loaded ? 'live' : ''), ' ', bytes(model.size_bytes), model.projector && ' · sees images or hears sounds'),
        named(model.model).length > 0 && h('p', { class: 'line' }, `Also called ${named(model.model).join(', ')}`),
        h('div', { class: 'actions' },
          can('chat') && h('a', { class: 'button', href: `#/chat/${encodeURIComponent(model.model)}` }, icon('chat'), 'Chat'),
          can('admin') && (model.loaded ? button('Unload', (event) => unload(model.model, event.target)) : button('Load', (event) => load(model.model, event.target)))))));
    if (focused) this.body.querySelector(`[data-model="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true });
  }
}

let listeners = [];
/** Calls `act` after a model was changed on this page. */
const onModels = (act) => {
  listeners.push(act);
  return () => { listeners = listeners.filter((other) => other !== act); };
};
const changed = () => listeners.forEach((act) => act());

async function load(model, from) {
  from.disabled = true;
  from.textContent = 'Loading…';
  await attempt(async () => {
    const answer = await post(modelPath(model, '/load'));
    say(`${answer.model} is loaded, with a context of ${number(answer.context.length)} tokens.`);
  });
  from.disabled = false;
  from.textContent = 'Load';
  changed();
}

async function unload(model, from) {
  from.disabled = true;
  await attempt(() => post(modelPath(model, '/unload')), `${model} has left memory.`);
  from.disabled = false;
  changed();
}

/** Verifies or repairs a model, or all, in a dialog with a bar. */
function check(verb, model) {
  const control = new AbortController();
  const line = bar('Files examined');
  const text = h('p', { role: 'status' }, 'Reading the list of files…');
  const result = h('div');
  dialog(verb === 'verify' ? 'Verify' : 'Repair', h('div', { class: 'body' }, h('p', {}, model ?? 'All models'), line, text, result), { wide: true, onclose: () => control.abort() });
  line.show(null);
  const run = async () => {
    for await (const part of lines(await open(`/models/${verb}`, { method: 'POST', body: model ? { model } : {}, signal: control.signal }))) {
      if (part.error) throw new Error(part.error.detail);
      if (part.progress) {
        const { files, total_files, bytes: done, total_bytes } = part.progress;
        line.show(total_bytes ? done / total_bytes : null, 'live');
        text.textContent = `${number(files)} of ${many(total_files, 'file')}, ${bytes(done)} of ${bytes(total_bytes)}`;
      } else if (part.result) finish(part.result.report ?? part.result, part.result.jobs ?? []);
    }
  };
  const finish = (report, jobs) => {
    line.show(1, report.sound ? 'good' : 'bad');
    text.textContent = report.sound ? `All ${many(report.files, 'file')} are as they should be (${bytes(report.bytes)} hashed).` : `${many(report.findings.length, 'fault')} in ${many(report.files, 'file')}.`;
    fill(result, report.findings.length > 0 && table('Faults', ['Model', 'File', 'Problem'], report.findings.map((found) => [found.model, found.path, found.message])),
      report.unchecked.length > 0 && h('p', { class: 'hint' }, `Without a recorded digest: ${report.unchecked.join(', ')}`),
      jobs.map((id) => h('p', {}, h('a', { href: `#/pulls/${id}`, onclick: (event) => event.target.closest('dialog').close() }, 'A pull fetches what is damaged or missing.'))),
      !report.sound && verb === 'verify' && button('Repair', (event) => {
        event.target.closest('dialog').close();
        check('repair', model);
      }, { kind: 'primary' }));
    changed();
  };
  run().catch((error) => {
    if (control.signal.aborted) return;
    line.show(0, 'bad');
    fill(result, h('p', { class: 'fault', 'data-kind': 'bad' }, error.message));
  });
}

const removals = (plan) => [
  h('p', {}, plan.removed.length ? `This frees ${bytes(plan.freed_bytes)}:` : 'There is nothing to remove.'),
  plan.removed.length > 0 && table('What would be removed', ['Kind', 'Path', '#Size'], plan.removed.map((item) => [item.kind.replaceAll('_', ' '), item.path, bytes(item.bytes)])),
  plan.kept.map((item) => h('p', { class: 'hint' }, `Kept: ${item.path} (${item.reason})`)),
];

async function cleanUp() {
  await attempt(async () => {
    const plan = await post('/models/gc', { dry_run: true });
    if (!plan.removed.length) {
      say('There is nothing to clean up.');
      return;
    }
    if (!(await confirmed('Clean up?', h('div', {}, removals(plan)), 'Clean up'))) return;
    say(`Freed ${bytes((await post('/models/gc', {})).freed_bytes)}.`);
    changed();
  });
}

async function remove(model) {
  await attempt(async () => {
    const path = modelPath(model);
    // With `force` the plan also tells what a loaded model would free.
    const [plan, { models }] = await Promise.all([ask(`${path}?dry_run=true&force=true`, { method: 'DELETE' }), ask(path)]);
    const isLoaded = models.some((other) => other.loaded);
    const text = h('div', {}, isLoaded && h('p', {}, 'It is in memory, and leaves memory first. Unfinished pulls of its repository are canceled.'), removals(plan));
    if (!(await confirmed(`Remove ${model}?`, text, 'Remove'))) return;
    say(`Freed ${bytes((await ask(isLoaded ? `${path}?force=true` : path, { method: 'DELETE' })).freed_bytes)}.`);
    changed();
    location.hash = '#/models';
  });
}

/** Shows a model beside the list. */
export function showModel(name) {
  const control = new AbortController();
  const node = h('div', { class: 'detail' }, h('h2', { class: 'name' }, name), h('p', {}, 'Reading…'));
  openSide('Model', node, { onclose: () => control.abort(), back: '#/models' });
  ask(modelPath(name), { signal: control.signal }).then((detail) => draw(node, name, detail, control.signal), (error) => {
    if (!control.signal.aborted) fill(node, h('h2', { class: 'name' }, name), h('p', { class: 'fault', 'data-kind': 'bad' }, error.message));
  });
}

function draw(node, name, detail, signal) {
  const model = detail.models.find((other) => other.model === name) ?? detail.models[0];
  const fit = h('div', { class: 'fit' }, h('p', { class: 'waiting' }, 'Reading the head of its file…'));
  fill(node, h('h2', { class: 'name' }, name),
    h('div', { class: 'actions' }, can('chat') && model && h('a', { class: 'button', href: `#/chat/${encodeURIComponent(model.model)}` }, icon('chat'), 'Chat'),
      can('admin') && [button('Verify', () => check('verify', name), { mark: 'check' }), button('Repair', () => check('repair', name), { mark: 'retry' }), button('Remove', () => remove(name), { mark: 'remove', kind: 'danger' })]),
    facts([
      ['Size', bytes(detail.size_bytes)], ['Context', model?.context && `${number(model.context.length)} tokens, ${many(model.context.slots, 'request')} at once: ${model.context.reason}`],
      ['Last load', model?.load_duration && duration(model.load_duration / 1e9)], ['Projector', model?.projector],
      ['Chat template', model?.chat_template === 'role_lines' ? 'none; plain role lines are used' : model?.chat_template && 'its own'], ['Folder', detail.path],
    ]),
    h('h3', {}, 'Memory'), fit,
    model?.tuning && [h('h3', {}, 'Options of its engine'), table('Options of its engine', ['Option', 'Value', 'From'], model.tuning.options.map((option) => [option.name.replaceAll('_', ' '), option.value, option.source]))],
    detail.revisions.map((revision) => [
      h('h3', {}, `Commit ${revision.commit.slice(0, 12)}`, revision.refs.length > 0 && ` (${revision.refs.join(', ')})`), receipt(revision.receipt),
      table(`Files of ${revision.commit.slice(0, 12)}`, ['File', '#Size', 'Digest'], revision.files.map((file) => [file.path, file.size == null ? 'missing' : bytes(file.size), file.digest && h('code', {}, file.digest)])),
    ]),
    detail.conversions.map((made) => [
      h('h3', {}, `Converted: ${made.model}`),
      facts([['File', made.path], ['Size', bytes(made.size_bytes)], ['Weights', made.has_sources ? 'still here' : 'removed'], ['Recipe', made.receipt?.recipe], ['Why', made.receipt?.reason],
        ['Made', made.receipt && time(made.receipt.made_at)], ['Tools', made.receipt && [made.receipt.tool, made.receipt.library].filter(Boolean).join(', ')]]),
    ]),
    detail.partials.length > 0 && [h('h3', {}, 'Unfinished downloads'), table('Unfinished downloads', ['File', '#Bytes', 'By', 'Last written'], detail.partials.map((part) => [part.path, bytes(part.bytes), part.writer, ago(part.modified_at)]))]);
  if (!model) {
    fill(fit, h('p', {}, 'No file of it can be loaded.'));
    return;
  }
  ask(modelPath(model.model, '/fit'), { signal }).then((answer) => fill(fit, fitOf(answer)), (error) => {
    if (!signal.aborted) fill(fit, h('p', { class: 'fault' }, error.message));
  });
}

const receipt = (paper) => paper
  ? facts([['Pulled', time(paper.pulled_at)], ['In', duration(paper.duration_seconds)], ['Revision', paper.revision], ['Licence', paper.license], ['By', paper.tool]])
  : h('p', { class: 'hint' }, 'No receipt: another program fetched it.');

/** The estimate of the memory, as one bar of its parts. */
function fitOf(answer) {
  const parts = ['weights', 'context', 'prompt_cache', 'compute', 'margin'].map((name) => [name, answer.parts[name] ?? 0]);
  const whole = Math.max(answer.needed_bytes, parts.reduce((sum, [, size]) => sum + size, 0), 1);
  let start = 0;
  const pieces = parts.map(([name, size], index) => {
    const piece = h('rect', { x: String((1000 * start) / whole), y: '0', width: String(Math.max(0, (1000 * size) / whole - 2)), height: '24', class: `part-${index}` }, h('title', {}, `${name}: ${bytes(size)}`));
    start += size;
    return piece;
  });
  return [
    h('p', {}, badge(words[answer.answer] ?? answer.answer, kindOfFit[answer.answer]), ` It needs ${bytes(answer.needed_bytes)}; ${bytes(answer.free_bytes)} are free.`),
    h('svg', { class: 'stack', viewBox: '0 0 1000 24', preserveAspectRatio: 'none', role: 'img', 'aria-label': parts.map(([name, size]) => `${name.replaceAll('_', ' ')} ${bytes(size)}`).join(', ') }, pieces),
    h('ul', { class: 'legend' }, parts.map(([name, size], index) => h('li', { class: `part-${index}` }, `${name.replaceAll('_', ' ')} ${bytes(size)}`))),
    answer.evicts.length > 0 && h('p', {}, `For it these would leave memory: ${answer.evicts.join(', ')}.`),
    answer.used_before && h('p', { class: 'hint' }, `It used at most ${bytes(answer.used_before)} before.`),
    answer.devices.map((device) => h('p', { class: 'hint' }, `${device.name} (${device.description}): ${bytes(device.free_bytes)} of ${bytes(device.total_bytes)} free`)),
  ];
}

customElements.define('roost-models', Models);

"""##),
("notes.js", ##"""
// Short messages, and questions before what cannot be undone.

import { button, fill, h } from './dom.js';

const area = h('div', { class: 'notes', role: 'status', 'aria-live': 'polite' });
document.body.append(area);

/** Shows a message for some seconds; an error stays longer. */
export function say(text, kind = 'good') {
  const note = h('p', { class: 'note', 'data-kind': kind }, text);
  note.append(h('button', { type: 'button', class: 'bare', 'aria-label': 'Close the message', onclick: () => note.remove() }, '×'));
  area.append(note);
  while (area.children.length > 4) area.firstChild.remove();
  setTimeout(() => note.remove(), kind === 'bad' ? 12000 : 4000);
}

/** Does something and says how it went. Returns whether it went well. */
export async function attempt(work, done) {
  try {
    await work();
    if (done) say(done);
    return true;
  } catch (error) {
    if (error.name !== 'AbortError') say(error.message, 'bad');
    return false;
  }
}

/** Opens a dialog. It closes with Escape and with its button, and the focus returns to where it was. */
export function dialog(title, content, { wide = false, onclose } = {}) {
  const node = h('dialog', { class: wide ? 'wide' : '', 'aria-labelledby': 'dialog-title' });
  fill(node, h('header', {}, h('h2', { id: 'dialog-title' }, title),
    h('button', { type: 'button', class: 'bare', 'aria-label': 'Close', onclick: () => node.close() }, '×')), content);
  node.addEventListener('close', () => {
    node.remove();
    onclose?.();
  });
  document.body.append(node);
  node.showModal();
  return node;
}

/** Asks before something is done; the promise tells the answer. */
export function confirmed(title, text, act, kind = 'danger') {
  return new Promise((answer) => {
    let said = false;
    const node = dialog(title, h('div', { class: 'body' }, typeof text === 'string' ? h('p', {}, text) : text,
      h('div', { class: 'actions' },
        button('Keep it as it is', () => node.close()),
        button(act, () => {
          said = true;
          node.close();
        }, { kind }))), { onclose: () => answer(said) });
  });
}

"""##),
("pull.js", ##"""
// A new pull: first what it would fetch and why, then the pull.

import { post } from './api.js';
import { badge, bar, button, facts, field, fill, h, prose, select, table } from './dom.js';
import { bytes, duration, percent, rate } from './format.js';
import { openJob } from './job.js';
import { jobs } from './jobs.js';
import { dialog, say } from './notes.js';

const kinds = [
  ['auto', 'Automatic'], ['q4', 'About four bits'], ['q4_0', 'Q4_0'], ['q5', 'Q5'], ['q6', 'Q6'], ['q8', 'Q8'], ['fp16', '16 bits'], ['bf16', 'BF16'], ['no', 'As precise as there is'],
];

/** Opens the dialog. */
export function openPull(named = '') {
  const model = h('input', { type: 'text', required: true, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', placeholder: 'org/name or org/name:Q4_K_M', value: named });
  const quantize = select(kinds, 'auto');
  const revision = h('input', { type: 'text', placeholder: 'main', spellcheck: 'false' });
  const priority = h('input', { type: 'number', min: '-100', max: '100', step: '1', value: '0' });
  const load = h('input', { type: 'checkbox' });
  const projector = h('input', { type: 'checkbox', checked: true });
  const preview = h('div', { class: 'preview', 'aria-live': 'polite' });
  const look = h('button', { type: 'submit', class: 'primary' }, 'Look first');
  const start = button('Pull', () => pull(), { kind: 'primary', hidden: true });
  let control = null;

  const body = () => ({
    model: model.value.trim(), quantize: quantize.value, init: load.checked, projector: projector.checked, priority: Number(priority.value) || 0,
    ...(revision.value.trim() ? { revision: revision.value.trim() } : {}),
  });
  const fail = (error) => {
    start.hidden = true;
    fill(preview, h('p', { class: 'fault', 'data-kind': 'bad' }, prose(error.message)));
  };
  /** What was shown is of other fields now. */
  const forget = () => {
    control?.abort();
    start.hidden = true;
    look.hidden = look.disabled = false;
    fill(preview);
  };
  const dryRun = async () => {
    control?.abort();
    control = new AbortController();
    const { signal } = control;
    look.disabled = true;
    fill(preview, h('p', { class: 'waiting' }, 'Asking the Hub…'));
    try {
      const plan = await post('/pull', { ...body(), dry_run: true }, { signal });
      if (signal.aborted) return;
      fill(preview, shown(plan, (quant) => {
        model.value = `${plan.model.split(':')[0]}:${quant}`;
        dryRun();
      }));
      look.hidden = true;
      start.hidden = false;
      if (!node.contains(document.activeElement) || document.activeElement === look) start.focus();
    } catch (error) {
      if (!signal.aborted) fail(error);
    } finally {
      if (!signal.aborted) look.disabled = false;
    }
  };
  const pull = async () => {
    start.disabled = true;
    try {
      const { job_id } = await post('/pull', body());
      await jobs.refresh(job_id);
      node.close();
      say(`The pull of ${model.value.trim()} is accepted.`);
      openJob(job_id);
    } catch (error) {
      fail(error);
      look.hidden = false;
    } finally {
      start.disabled = false;
    }
  };

  const form = h('form', { class: 'body', oninput: (event) => { if (event.target !== priority && event.target !== load) forget(); }, onsubmit: (event) => {
    event.preventDefault();
    if (look.hidden) pull();
    else dryRun();
  } }, field('Model', model, 'A name on the Hub, or the address of its page.'),
  h('div', { class: 'grid' }, field('Quantisation', quantize), field('Revision', revision), field('Priority', priority)),
  h('div', { class: 'grid' }, field('Load it when it is here', load), field('With its projector, for images and sounds', projector)), preview, h('div', { class: 'actions' }, look, start));
  const node = dialog('New pull', form, { wide: true, onclose: () => control?.abort() });
  model.focus();
  if (named) dryRun();
}

/** What a dry run says. */
function shown(plan, choose) {
  const room = (name, place) => {
    const line = bar(`${name}: needed of available`);
    line.show(place.available_bytes > 0 ? place.needed_bytes / place.available_bytes : 1, place.fits ? 'good' : 'bad');
    return h('div', { class: 'room' }, h('span', {}, name), line,
      h('span', { class: 'number' }, `${bytes(place.needed_bytes)} of ${bytes(Math.max(0, place.available_bytes))}`), badge(place.fits ? 'fits' : 'does not fit', place.fits ? 'good' : 'bad'));
  };
  const present = plan.total_bytes - plan.missing_bytes;
  return [
    h('p', { class: 'choice' }, !plan.reason.startsWith(plan.quantization ?? plan.model) && [h('strong', {}, plan.quantization ?? plan.model), ' '], prose(plan.reason)),
    facts([
      ['To fetch', present > 0 ? `${bytes(plan.missing_bytes)}; ${bytes(present)} of ${bytes(plan.total_bytes)} are here` : bytes(plan.missing_bytes)],
      ['Time', !plan.eta_seconds ? null : `about ${duration(plan.eta_seconds)}, at ${rate(plan.bytes_per_second)}`],
      ['Licence', plan.license], ['Access', plan.access === 'public' ? null : plan.access], ['Commit', h('code', {}, plan.commit.slice(0, 12))],
    ]),
    room('Disk', plan.disk), room('Memory', plan.memory),
    plan.offered.length > 1 && h('div', { class: 'offered', role: 'group', 'aria-label': 'Other quantisations' }, plan.offered.map((quant) =>
      h('button', { type: 'button', 'aria-pressed': String(quant === plan.quantization), onclick: () => choose(quant) }, quant))),
    (plan.notes ?? []).map((note) => h('p', { class: 'hint' }, prose(note))),
    table('Files', ['File', '#Size', '#Here'], plan.files.map((file) => [file.path, bytes(file.size), file.present_bytes ? percent(file.present_bytes / (file.size || 1)) : '–'])),
  ];
}

"""##),
("pulls.js", ##"""
// The pulls: what runs, what waits and in which order, and what has ended.

import { can } from './api.js';
import { bar, button, fill, h, icon, iconButton, write } from './dom.js';
import { Dragging } from './drag.js';
import { ago, bytes, duration, many, percent, rate } from './format.js';
import { openJob, stageWords, statusOf } from './job.js';
import { isQueued, jobs } from './jobs.js';
import { every, View } from './live.js';
import { attempt, confirmed, say } from './notes.js';
import { moved } from './queue.js';
import './rows.js';

const filters = [
  ['all', 'All', () => true],
  ['active', 'Active', (job) => job.status === 'running' || job.status === 'queued'],
  ['done', 'Done', (job) => job.status === 'succeeded'],
  ['failed', 'Failed', (job) => job.status === 'failed'],
];
/** The most jobs whose priority one move may change. */
const mostChanges = 100;

/** What can be done with a job now. */
export function actionsOf(job) {
  if (!can('pull')) return [];
  if (job.status === 'failed') return ['retry'];
  if (job.status === 'succeeded') return [];
  const isWaiting = job.status === 'queued' && job.stage === 'waiting_network';
  return job.stage === 'paused' ? ['resume', 'cancel'] : [isWaiting && 'resume', 'pause', 'cancel'].filter(Boolean);
}

const words = { pause: ['Pause', 'pause', 'Paused'], resume: ['Resume', 'play', 'Resumed'], cancel: ['Cancel', 'cancel', 'Canceled'], retry: ['Retry', 'retry', 'Back in the queue:'] };

/** Does something with a job, and says so. */
async function act(name, job) {
  if (name === 'cancel' && !(await confirmed('Cancel this pull?', `${job.model} stops. Its bytes are kept, and a retry goes on from them.`, 'Cancel the pull'))) return;
  await attempt(async () => jobs.change(job.id, name), `${words[name][2]} ${job.model}.`);
}

export const actionButton = (name, job, attributes = {}) => button(words[name][0], () => act(name, job()), { mark: words[name][1], ...attributes });

/** Gives a queued job another place in the queue. */
export async function move(job, place) {
  const queue = jobs.queue();
  const from = queue.findIndex((other) => other.id === job.id);
  const to = Math.max(0, Math.min(queue.length - 1, place));
  if (from < 0 || from === to) return;
  const plan = moved(queue, from, to, can('admin') ? undefined : 0);
  if (!plan || plan.size > mostChanges) {
    say('Too many jobs wait between the two places for a move by priority; set the priority of the job itself.', 'bad');
    return;
  }
  await attempt(async () => {
    for (const [id, priority] of plan) await jobs.change(id, 'priority', { priority });
  }, `${job.model} is now number ${to + 1} of ${can('admin') ? 'the queue' : 'your pulls in the queue'}.`);
}

class Pulls extends View {
  #filter = 'all';
  #version = -1;

  show() {
    this.search = h('input', { type: 'search', placeholder: 'Find a pull', title: 'By model, user, tag or id', 'aria-label': 'Find a pull', oninput: () => this.#list(true) });
    this.tabs = h('div', { class: 'tabs', role: 'group', 'aria-label': 'Which pulls' }, filters.map(([key, text]) =>
      h('button', { type: 'button', 'aria-pressed': String(key === this.#filter), 'data-key': key, onclick: () => this.#choose(key) }, text, ' ', h('span', { class: 'count' }))));
    this.fault = h('p', { class: 'fault', role: 'status', hidden: true });
    this.rows = h('roost-rows', { 'aria-label': 'Pulls', class: 'jobs' });
    Object.assign(this.rows, { make: () => this.#make(), show: (row, job) => this.#show(row, job), choose: (job) => openJob(job.id), press: (event, job) => this.#press(event, job) });
    this.drag = new Dragging(this.rows, (job) => isQueued(job) && can('pull'), (job, other) => {
      const place = jobs.queue().findIndex(({ id }) => id === other.id);
      // The other one may have left the queue meanwhile.
      if (place >= 0) move(job, place);
    });
    this.none = h('div', { class: 'empty' }, h('p', { class: 'title' }, 'Loading…'));
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Pulls'), this.tabs, this.search,
      can('pull') && button('New pull', () => openPull(), { kind: 'primary', mark: 'add', title: 'Alt+N' })), this.fault, this.rows, this.none);
    this.until(jobs.use());
    // Times such as `5 min ago` go on when nothing happens.
    this.until(every(60, () => this.#list(true)));
    const change = () => this.#list(false);
    jobs.addEventListener('change', change);
    this.until(() => jobs.removeEventListener('change', change));
    const narrow = matchMedia('(max-width: 46rem)');
    const fit = () => {
      this.rows.height = narrow.matches ? 92 : 64;
      this.#list(true);
    };
    narrow.addEventListener('change', fit);
    this.until(() => narrow.removeEventListener('change', fit));
    fit();
  }

  #choose(key) {
    this.#filter = key;
    for (const tab of this.tabs.children) tab.setAttribute('aria-pressed', String(tab.dataset.key === key));
    this.#list(true);
  }

  #list(isNew) {
    this.fault.hidden = !jobs.fault;
    if (jobs.fault) write(this.fault, `${jobs.fault.message} The list is as it was; trying again.`);
    if (isNew || this.#version !== jobs.version || this.rows.items.length === 0) {
      this.#version = jobs.version;
      const all = jobs.sorted();
      for (const [key, , isIn] of filters) {
        write(this.tabs.querySelector(`[data-key=${key}] .count`), key === 'all' || !jobs.isLoaded ? '' : String(all.reduce((count, job) => count + (isIn(job) ? 1 : 0), 0)));
      }
      const text = this.search.value.trim().toLowerCase();
      const isIn = filters.find(([key]) => key === this.#filter)[2];
      this.items = all.filter((job) => isIn(job) && (!text || `${job.model} ${job.id} ${job.user_id ?? ''} ${(job.tags ?? []).join(' ')}`.toLowerCase().includes(text)));
    } else this.items = this.items.map((job) => jobs.all.get(job.id) ?? job);
    this.rows.hidden = this.items.length === 0;
    this.none.hidden = this.items.length > 0;
    this.rows.set(this.items);
    if (jobs.isLoaded && !this.items.length) {
      const isEmpty = jobs.all.size === 0;
      fill(this.none, icon('pulls'), h('p', { class: 'title' }, isEmpty ? 'No pulls yet' : 'No such pull'),
        h('p', {}, isEmpty ? 'A pull fetches a model from the Hub. It survives restarts, and every byte is verified.' : 'Nothing matches the filter and the text.'),
        isEmpty && can('pull') && button('New pull', () => openPull(), { kind: 'primary', mark: 'add' }));
    }
    document.dispatchEvent(new Event('roost-jobs'));
  }

  #make() {
    const row = h('div', { class: 'job' });
    const cell = (name, ...children) => h('div', { class: name, role: 'gridcell' }, children);
    row.parts = { grip: h('span', { class: 'grip', title: 'Drag, or Alt+↑ and Alt+↓' }, icon('grip')), dot: h('span', { class: 'dot' }), name: h('span', { class: 'name' }), line: h('span', { class: 'line' }), bar: bar('Progress'), share: h('span', { class: 'share' }), size: h('span', { class: 'size' }), buttons: h('span', { class: 'buttons' }) };
    const { grip, dot, name, line, bar: shown, share, size, buttons } = row.parts;
    row.append(cell('mark', grip, dot), cell('what', name, line), cell('how', h('span', { class: 'figures' }, share, size), shown), cell('do', buttons));
    return row;
  }

  #show(row, job) {
    const { grip, dot, name, line, bar: shown, share, size, buttons } = row.parts;
    const status = statusOf(job);
    dot.dataset.kind = status.kind;
    dot.title = status.text;
    row.setAttribute('aria-label', `${job.model}, ${status.text}`);
    grip.hidden = !isQueued(job) || !can('pull');
    row.classList.toggle('dragged', this.drag.item?.id === job.id);
    row.dataset.drop = this.drag.over?.id !== job.id ? '' : this.drag.isAfter ? 'after' : 'before';
    write(name, job.model);
    write(line, lineOf(job, status));
    line.title = job.error ?? '';
    line.dataset.kind = job.error ? status.kind : '';
    const isDone = job.status === 'succeeded';
    const progress = job.conversion_progress != null && job.progress === 1 ? job.conversion_progress : job.progress;
    shown.hidden = isDone || (job.status !== 'running' && !job.downloaded_bytes);
    shown.show(progress, status.kind);
    write(share, isDone ? bytes(job.size_bytes) : percent(progress));
    write(size, isDone ? '' : job.total_bytes ? `${bytes(job.downloaded_bytes ?? 0)} of ${bytes(job.total_bytes)}` : '');
    const actions = actionsOf(job);
    if (buttons.dataset.names !== actions.join()) {
      buttons.dataset.names = actions.join();
      fill(buttons, actions.map((action) => iconButton(words[action][0], words[action][1], () => act(action, row.item))));
    }
  }

  #press(event, job) {
    if (event.altKey && isQueued(job) && can('pull') && ['ArrowUp', 'ArrowDown', 'Home'].includes(event.key)) {
      const place = jobs.queue().findIndex((other) => other.id === job.id);
      move(job, event.key === 'Home' ? 0 : place + (event.key === 'ArrowUp' ? -1 : 1)).then(() => this.rows.focusOn(job.id));
      return true;
    }
    if (event.key === 'Escape') return this.drag.cancel();
    if (event.key === 'Delete' && actionsOf(job).includes('cancel')) {
      act('cancel', job);
      return true;
    }
    return false;
  }
}

/** The line under the name: the stage and the rate, or why it failed. */
function lineOf(job, status) {
  const parts = [];
  if (job.status === 'running') {
    parts.push(stageWords[job.stage] ?? job.stage ?? 'starting');
    if (job.bytes_per_second) parts.push(rate(job.bytes_per_second));
    if (job.eta_seconds != null) parts.push(`${duration(job.eta_seconds)} left`);
  } else {
    parts.push(status.text);
    if (job.status === 'queued' && job.priority) parts.push(`priority ${job.priority}`);
    if (job.error && job.stage !== 'canceled') parts.push(job.error);
    else if (job.finished_at) parts.push(ago(job.finished_at));
  }
  if (job.user_id && can('admin')) parts.push(job.user_id);
  return parts.join(' · ');
}

/** Opens the dialog for a new pull, which is loaded when it is needed. */
export const openPull = async (model) => (await import('./pull.js')).openPull(model);

/** The words for the title of the page. */
export function activeWords() {
  let count = 0;
  for (const job of jobs.all.values()) if (job.status === 'running') count++;
  return count ? `${many(count, 'pull')} · ` : '';
}

customElements.define('roost-pulls', Pulls);

"""##),
("queue.js", ##"""
// The order of the queue: the seconds of creation less ten minutes for each point of priority, as the server has it.

const step = 600;
const most = 100;

export const rankOf = (created, priority) => created - step * priority;

/**
 * Finds the priorities with which a job gets another place in the queue: either it and those before it rise, or it and those
 * behind it fall, whatever changes fewer jobs.
 *
 * @param queue The jobs in order, each with `id`, `created` (seconds) and `priority`.
 * @param from The place of the job now.
 * @param to The place that it shall have.
 * @param highest The highest priority that the visitor may give.
 * @returns The new priorities by id, or null when none are within the allowed range.
 */
export function moved(queue, from, to, highest = most) {
  const next = queue.slice();
  next.splice(to, 0, next.splice(from, 1)[0]);
  const plans = [rise(next, to, highest), fall(next, to)].filter((plan) => plan);
  return plans.sort((one, other) => one.size - other.size)[0] ?? null;
}

function rise(next, place, highest) {
  const plan = new Map();
  let limit = place + 1 < next.length ? rankOf(next[place + 1].created, next[place + 1].priority) : Infinity;
  for (let index = place; index >= 0; index--) {
    const { id, created, priority } = next[index];
    let mine = priority;
    if (rankOf(created, mine) >= limit) mine = Math.floor((created - limit) / step) + 1;
    else if (index < place) break;
    if (mine !== priority && mine > highest) return null;
    if (mine !== priority) plan.set(id, mine);
    limit = rankOf(created, mine);
  }
  return plan;
}

function fall(next, place) {
  const plan = new Map();
  let limit = place > 0 ? rankOf(next[place - 1].created, next[place - 1].priority) : -Infinity;
  for (let index = place; index < next.length; index++) {
    const { id, created, priority } = next[index];
    let mine = priority;
    if (rankOf(created, mine) <= limit) mine = Math.ceil((created - limit) / step) - 1;
    else if (index > place) break;
    if (mine < -most) return null;
    if (mine !== priority) plan.set(id, mine);
    limit = rankOf(created, mine);
  }
  return plan;
}

"""##),
("records.js", ##"""
// What was used, what was done, and the settings: three pages of tables.

import { ask } from './api.js';
import { button, empty, fill, h, prose, select, table } from './dom.js';
import { many, number, time } from './format.js';
import { View } from './live.js';

const dayBefore = (days) => new Date(Date.now() - days * 86400e3).toISOString().slice(0, 10);
/** The most rows that an answer has. */
const mostRows = 10_000;
const tokens = (row) => row.prompt_tokens + row.generated_tokens;

class Usage extends View {
  show() {
    const span = select([['6', 'Last 7 days'], ['29', 'Last 30 days'], ['89', 'Last 90 days']], '29', { 'aria-label': 'Days', onchange: () => this.#load() });
    this.span = span;
    this.body = h('div');
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Usage'), span), this.body);
    this.watch(15, (signal) => this.#load(signal));
  }

  async #load(signal) {
    const { usage, total } = await ask(`/usage?limit=${mostRows}&from=${dayBefore(Number(this.span.value))}`, { signal });
    if (!usage.length) {
      fill(this.body, empty('Nothing yet', 'Requests to models are counted here, by day, key and model.'));
      return;
    }
    const days = Array.from({ length: Number(this.span.value) + 1 }, (_, index) => dayBefore(Number(this.span.value) - index));
    const byDay = new Map(days.map((day) => [day, 0]));
    const groups = new Map();
    for (const row of usage) {
      byDay.set(row.day, (byDay.get(row.day) ?? 0) + tokens(row));
      const name = `${row.key}\u0000${row.model}`;
      const sum = groups.get(name) ?? { key: row.key, model: row.model, requests: 0, errors: 0, prompt_tokens: 0, cached_tokens: 0, generated_tokens: 0 };
      for (const field of ['requests', 'errors', 'prompt_tokens', 'cached_tokens', 'generated_tokens']) sum[field] += row[field];
      groups.set(name, sum);
    }
    fill(this.body, h('div', { class: 'tiles' }, [['Requests', total.requests], ['Prompt tokens', total.prompt_tokens], ['of them cached', total.cached_tokens], ['Generated tokens', total.generated_tokens], ['Errors', total.errors]].map(([name, value]) =>
      h('div', { class: 'tile' }, h('span', { class: 'value' }, number(value)), h('span', {}, name)))),
    usage.length === mostRows && h('p', { class: 'fault' }, `Only the newest ${number(mostRows)} rows are in what follows; the sums above have all.`),
    chart([...byDay].slice(-days.length)),
    table('By key and model', ['Key', 'Model', '#Requests', '#Errors', '#Prompt', '#Cached', '#Generated'], [...groups.values()].sort((one, other) => tokens(other) - tokens(one)).map((row) =>
      [row.key, row.model, number(row.requests), number(row.errors), number(row.prompt_tokens), number(row.cached_tokens), number(row.generated_tokens)])));
  }
}

/** Tokens by day. */
function chart(values) {
  const top = Math.max(1, ...values.map(([, value]) => value));
  const width = 1000 / values.length;
  const busiest = values.reduce((best, value) => (value[1] > best[1] ? value : best));
  return h('figure', { class: 'chart' },
    h('svg', { viewBox: '0 0 1000 160', preserveAspectRatio: 'none', role: 'img', 'aria-label': `Tokens by day; the most, ${number(busiest[1])}, on ${busiest[0]}` },
      h('line', { x1: '0', x2: '1000', y1: '159', y2: '159', class: 'ground' }),
      values.map(([day, value], index) => h('rect', { x: String(index * width + width * 0.1), width: String(width * 0.8), y: String(158 - (150 * value) / top), height: String(value ? Math.max(2, (150 * value) / top) : 0), rx: '2' }, h('title', {}, `${day}: ${number(value)} tokens`)))),
    h('figcaption', {}, h('span', {}, values[0][0]), h('span', {}, `tokens by day, at most ${number(top)}`), h('span', {}, values.at(-1)[0])));
}

class Log extends View {
  show() {
    this.body = h('div');
    this.actor = h('input', { type: 'search', placeholder: 'Key', 'aria-label': 'Only the actions of this key', onchange: () => this.#load() });
    this.more = button('Earlier', () => this.#load(this.last));
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Log of actions'), this.actor), this.body, h('div', { class: 'actions' }, this.more));
    this.#load();
  }

  async #load(before) {
    try {
      const { audit } = await ask(`/audit?limit=200${before ? `&before=${before}` : ''}${this.actor.value.trim() ? `&actor=${encodeURIComponent(this.actor.value.trim())}` : ''}`);
      this.last = audit.at(-1)?.id;
      this.more.hidden = audit.length < 200;
      fill(this.body, audit.length ? table('Actions, the newest first', ['Time', 'By', 'Action', 'To what', 'Outcome', 'Address'], audit.map((entry) =>
        [time(entry.time), entry.owner ? `${entry.owner} (${entry.actor})` : entry.actor, h('code', {}, entry.action), entry.target, entry.outcome, entry.address])) : this.actor.value.trim() ? empty('No such actions', 'The field takes the id of a key, or local, command or server.') : empty('Nothing yet', 'Each action that changes something is written here before its answer.'));
    } catch (error) {
      fill(this.body, h('p', { class: 'fault', 'data-kind': 'bad' }, error.message));
    }
  }
}

class Settings extends View {
  show() {
    this.body = h('div', {}, h('p', { class: 'waiting' }, 'Reading…'));
    this.find = h('input', { type: 'search', placeholder: 'Setting', 'aria-label': 'Find a setting', oninput: () => this.#draw() });
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Settings'), this.find), h('p', { class: 'hint' }, 'As they are in force. They come from the command line, the environment and config.json, and change with a restart.'), this.body);
    ask('/settings').then((settings) => {
      this.settings = settings;
      this.#draw();
    }, (error) => fill(this.body, h('p', { class: 'fault', 'data-kind': 'bad' }, error.message)));
  }

  #draw() {
    const text = this.find.value.trim().toLowerCase();
    const rows = (this.settings ?? []).filter((setting) => `${setting.key} ${setting.variable} ${setting.summary}`.toLowerCase().includes(text));
    fill(this.body, table(many(rows.length, 'setting'), ['Setting', 'Value', 'Default', 'What it is'], rows.map((setting) => [
      h('code', { title: setting.variable }, setting.key), h(setting.value === setting.default ? 'span' : 'strong', {}, prose(setting.value)), prose(setting.default), prose(setting.summary),
    ])));
  }
}

customElements.define('roost-usage', Usage);
customElements.define('roost-log', Log);
customElements.define('roost-settings', Settings);

"""##),
("rows.js", ##"""
// A list of which only the visible rows are elements, so that ten thousand rows scroll like ten.

import { h } from './dom.js';

const spare = 4;

class Rows extends HTMLElement {
  items = [];
  /** The height of a row in pixels. */
  height = 64;
  /** Makes a row's element, once. */
  make = () => h('div');
  /** Shows an item in a row's element. */
  show = () => {};
  /** The identity of an item. */
  key = (item) => item.id;
  /** Called with an item that was chosen. */
  choose = () => {};
  /** Called for other keys in a row; returns whether the key was used. */
  press = () => false;

  #space = h('div', { class: 'space', role: 'presentation' });
  #pool = [];
  #active = null;
  #size = null;

  connectedCallback() {
    if (!this.#space.isConnected) {
      this.setAttribute('role', 'grid');
      this.append(this.#space);
      this.addEventListener('scroll', () => this.draw(), { passive: true });
      this.addEventListener('keydown', (event) => this.#key(event));
      this.addEventListener('focusin', (event) => {
        const row = event.target.closest('[role=row]');
        if (row?.item) this.#activate(this.key(row.item));
      });
    }
    this.#size = new ResizeObserver(() => this.draw());
    this.#size.observe(this);
  }

  disconnectedCallback() { this.#size.disconnect(); }

  /** Shows other items; what is at the top of the view, and the focus, stay where they are. */
  set(items) {
    this.items = items;
    this.setAttribute('aria-rowcount', String(items.length));
    this.#space.style.height = `${items.length * this.height}px`;
    if (this.#index() < 0) this.#active = items.length ? this.key(items[0]) : null;
    this.draw();
  }

  /** Moves the focus to an item. */
  focusOn(key) {
    const index = this.items.findIndex((item) => this.key(item) === key);
    if (index >= 0) this.#go(index);
  }

  get activeItem() { return this.items[this.#index()]; }

  #index() { return this.items.findIndex((item) => this.key(item) === this.#active); }

  #activate(key) {
    this.#active = key;
    for (const row of this.#pool) this.#mark(row);
  }

  #mark(row) {
    const isActive = row.item != null && this.key(row.item) === this.#active;
    row.tabIndex = isActive ? 0 : -1;
    for (const inner of row.querySelectorAll('button')) inner.tabIndex = isActive ? 0 : -1;
  }

  /** Returns the item at a height of the window; undefined where none is. */
  itemAt(y) { return this.items[Math.floor((y - this.getBoundingClientRect().top + this.scrollTop) / this.height)]; }

  /** Shows the visible items as they are now. */
  draw() {
    const { scrollTop, clientHeight } = this;
    const first = Math.max(0, Math.floor(scrollTop / this.height) - spare);
    const last = Math.min(this.items.length, Math.ceil((scrollTop + clientHeight) / this.height) + spare);
    // A row keeps its item while that is seen, so the focus and what the pointer holds stay in their element.
    const free = [];
    const shown = new Map();
    const wanted = new Map();
    for (let index = first; index < last; index++) wanted.set(this.key(this.items[index]), index);
    // So does the row with the focus when it is out of sight, or its element would show another item and still have the focus.
    const focused = this.#pool.find((row) => row.item != null && row.contains(document.activeElement));
    const place = focused ? this.items.findIndex((item) => this.key(item) === this.key(focused.item)) : -1;
    if (place >= 0) wanted.set(this.key(focused.item), place);
    for (const row of this.#pool) {
      const key = row.item == null ? null : this.key(row.item);
      if (key != null && wanted.has(key)) shown.set(key, row);
      else free.push(row);
    }
    for (const [key, index] of wanted) {
      let row = shown.get(key) ?? free.pop();
      if (!row) {
        row = this.make();
        row.setAttribute('role', 'row');
        row.addEventListener('click', (event) => {
          if (!event.target.closest('button, a, input')) this.choose(row.item);
        });
        this.#space.append(row);
        this.#pool.push(row);
      }
      row.hidden = false;
      row.item = this.items[index];
      row.index = index;
      row.setAttribute('aria-rowindex', String(index + 1));
      row.style.transform = `translateY(${index * this.height}px)`;
      this.show(row, row.item, index);
      this.#mark(row);
    }
    for (const row of free) {
      // The element with the focus stays, or the keyboard would lose its place.
      row.hidden = true;
      row.item = null;
    }
  }

  #go(index) {
    const place = Math.max(0, Math.min(this.items.length - 1, index));
    if (!this.items.length) return;
    this.#active = this.key(this.items[place]);
    const [top, bottom] = [place * this.height, (place + 1) * this.height];
    if (top < this.scrollTop) this.scrollTop = top;
    else if (bottom > this.scrollTop + this.clientHeight) this.scrollTop = bottom - this.clientHeight;
    this.draw();
    this.#pool.find((row) => row.item && this.key(row.item) === this.#active)?.focus({ preventScroll: true });
  }

  #key(event) {
    const row = event.target.closest('[role=row]');
    if (row?.item) this.#activate(this.key(row.item));
    const item = this.activeItem;
    if (!item || event.target.closest('input, select')) return;
    const page = Math.max(1, Math.floor(this.clientHeight / this.height) - 1);
    const index = this.#index();
    const places = { ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + page, PageUp: index - page, Home: 0, End: this.items.length - 1 };
    if (this.press(event, item)) event.preventDefault();
    else if (event.altKey || event.ctrlKey || event.metaKey) return;
    else if (event.key in places) {
      event.preventDefault();
      this.#go(places[event.key]);
    } else if (event.key === 'Enter' && event.target.getAttribute('role') === 'row') {
      event.preventDefault();
      this.choose(item);
    }
  }
}

customElements.define('roost-rows', Rows);

"""##),
("side.js", ##"""
// What is shown beside a list: at the right on a wide screen, over all on a phone.

import { fill, h } from './dom.js';

let current = null;

/** Shows something; what was there is closed. */
export function openSide(title, content, { onclose, back }) {
  closeSide();
  const before = document.activeElement;
  const node = h('aside', { class: 'side', 'aria-label': title, tabindex: '-1' });
  const close = () => { location.hash = back; };
  fill(node, h('header', {}, h('span', { class: 'title' }, title), h('button', { type: 'button', class: 'bare', 'aria-label': 'Close', onclick: close }, '×')), content);
  node.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });
  document.querySelector('main').append(node);
  document.body.classList.add('has-side');
  current = { node, onclose, before };
  node.focus({ preventScroll: true });
}

export function closeSide() {
  if (!current) return;
  const { node, onclose, before } = current;
  current = null;
  onclose?.();
  node.remove();
  document.body.classList.remove('has-side');
  if (before?.isConnected) before.focus({ preventScroll: true });
}

"""##),
("style.css", ##"""
:root {
  color-scheme: light dark;
  --ground: #f7f6f3; --surface: #fff; --raised: #fff; --line: #dedbd4; --strong: #b9b5ab; --text: #1d1f20; --soft: #5a5f61;
  --accent: #0b6472; --on-accent: #fff; --tint: #e2f0f2; --good: #1c6b41; --good-tint: #e0f1e7; --warn: #7c4d00; --warn-tint: #faedd2; --bad: #a32119; --bad-tint: #fbe5e2; --idle-tint: #ecebe6;
  --shadow: 0 1px 2px rgb(0 0 0 / 6%), 0 8px 24px rgb(0 0 0 / 8%);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace;
  font: 15px/1.45 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131617; --surface: #1b1f20; --raised: #22272a; --line: #30373a; --strong: #566065; --text: #e8eaea; --soft: #a5adb0;
    --accent: #6cc7d4; --on-accent: #06262b; --tint: #16343a; --good: #7bd3a0; --good-tint: #16341f; --warn: #efc069; --warn-tint: #3b2d0c; --bad: #ff9d93; --bad-tint: #45201c; --idle-tint: #2a3033;
    --shadow: 0 8px 28px rgb(0 0 0 / 45%);
  }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; margin: 0; }
body { background: var(--ground); color: var(--text); overflow: hidden; }
h1, h2, h3, p, dl, dd, ol, ul, figure, pre { margin: 0; padding: 0; }
h1 { font-size: 1.25rem; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 1rem; font-weight: 600; }
h3 { font-size: .8rem; font-weight: 600; color: var(--soft); margin: 1.4rem 0 .5rem; }
h2.section { margin: 1.6rem 0 .7rem; }
a { color: var(--accent); }
code, pre { font-family: var(--mono); font-size: .86em; }
pre code { font-size: inherit; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .8rem; max-height: 24rem; overflow: auto; }
small, .hint { color: var(--soft); font-size: .86rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.plain { padding: 2rem; }
.icon { width: 1.15em; height: 1.15em; flex: none; fill: none; stroke: currentcolor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }

button, .button, input, select, textarea { font: inherit; color: inherit; border: 1px solid var(--strong); border-radius: 8px; background: var(--surface); padding: .38rem .7rem; }
button, .button { display: inline-flex; align-items: center; gap: .4rem; cursor: pointer; text-decoration: none; white-space: nowrap; font-weight: 500; min-height: 2.25rem; }
button:hover, .button:hover { border-color: var(--accent); background: var(--tint); }
button:active { transform: translateY(1px); }
button:disabled { opacity: .55; cursor: default; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.primary:hover { filter: brightness(1.08); }
button.danger { color: var(--bad); border-color: var(--bad); }
button.danger:hover { background: var(--bad-tint); }
button.bare { border-color: transparent; background: none; padding: .3rem; min-width: 2.25rem; justify-content: center; color: var(--soft); }
button.bare:hover { background: var(--tint); color: var(--accent); }
input, select, textarea { width: 100%; min-height: 2.25rem; }
input::placeholder, textarea::placeholder { color: var(--soft); opacity: 1; }
textarea { resize: none; display: block; }
.field { display: grid; gap: .25rem; }
.field label { font-size: .86rem; font-weight: 550; }
.field.check { grid-template-columns: auto 1fr; align-items: center; gap: .5rem; }
.field.check input { order: -1; width: 1.1rem; min-height: 1.1rem; height: 1.1rem; accent-color: var(--accent); margin: 0; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .8rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
form.inline { display: flex; gap: .4rem; }
form.inline input { width: 5rem; }

.root { display: grid; grid-template: auto minmax(0, 1fr) / 13rem minmax(0, 1fr); height: 100dvh; }
.root:has(.login) { display: block; }
.skip { position: absolute; left: -100rem; top: .5rem; z-index: 9; background: var(--surface); padding: .5rem 1rem; }
.skip:focus { left: .5rem; }
nav { grid-row: 1 / 3; display: flex; flex-direction: column; gap: .15rem; padding: 1rem .7rem; border-right: 1px solid var(--line); background: var(--surface); overflow-y: auto; }
nav a { display: flex; align-items: center; gap: .7rem; padding: .5rem .7rem; border-radius: 8px; color: var(--soft); text-decoration: none; font-weight: 500; }
nav a:hover { background: var(--ground); color: var(--text); }
nav a[aria-current] { background: var(--tint); color: var(--accent); }
nav .brand { font-weight: 650; color: var(--text); font-size: 1.05rem; margin-bottom: .8rem; }
nav .brand:hover { background: none; }
nav .brand img { border-radius: 7px; }
nav .who { margin-top: auto; display: grid; gap: .5rem; padding: .5rem .4rem 0; font-size: .9rem; overflow-wrap: anywhere; }
nav .who p small { display: block; }
.health { grid-column: 2; background: var(--warn-tint); color: var(--warn); padding: .6rem 1.5rem; border-bottom: 1px solid var(--line); }
main { grid-area: 2 / 2; min-height: 0; display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); outline: none; }
.has-side main { grid-template-columns: minmax(0, 1fr) minmax(22rem, 40%); }
main > :first-child { overflow-y: auto; padding: 1.3rem 1.6rem 2rem; display: block; min-height: 0; }
.top { display: flex; flex-wrap: wrap; gap: .6rem .9rem; align-items: center; margin-bottom: 1.1rem; }
.top h1 { margin-right: auto; }
.top input[type=search] { flex: 1 1 8rem; width: 8rem; max-width: 14rem; }
.top select { width: auto; min-width: 0; max-width: min(28rem, 100%); text-overflow: ellipsis; }
.tabs { display: flex; border: 1px solid var(--line); border-radius: 9px; padding: 2px; background: var(--surface); }
.tabs button { border: 0; background: none; border-radius: 7px; padding: .25rem .65rem; min-height: 1.95rem; color: var(--soft); }
.tabs button[aria-pressed=true] { background: var(--tint); color: var(--accent); }
.count { font-size: .8rem; font-variant-numeric: tabular-nums; }
.count:empty { display: none; }

roost-pulls:first-child, roost-chat:first-child { display: flex !important; flex-direction: column; overflow: hidden !important; }
roost-rows { flex: 1; min-height: 0; overflow-y: auto; position: relative; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; overscroll-behavior: contain; contain: strict; }
.space { position: relative; }
.job { position: absolute; inset: 0 0 auto; height: 64px; display: grid; grid-template-columns: 2.6rem minmax(0, 1fr) minmax(9rem, 26%) 6.8rem; align-items: center; gap: .6rem; padding: 0 .9rem 0 .3rem; border-bottom: 1px solid var(--line); cursor: pointer; contain: layout paint style; }
.job:hover { background: var(--ground); }
.job:focus-visible { outline-offset: -2px; border-radius: 0; }
.job.dragged { opacity: .45; }
.job[data-drop=before] { box-shadow: inset 0 3px var(--accent); }
.job[data-drop=after] { box-shadow: inset 0 -3px var(--accent); }
.dragging { user-select: none; }
.dragging, .dragging .job, .dragging .job .grip { cursor: grabbing; }
.job .mark { display: flex; align-items: center; justify-content: flex-end; gap: .15rem; }
.job .grip { color: var(--soft); cursor: grab; display: flex; touch-action: none; padding: .8rem .3rem; margin: -.8rem -.3rem; }
.dot { width: .65rem; height: .65rem; border-radius: 50%; background: var(--strong); flex: none; }
.dot[data-kind=live] { background: var(--accent); }
.dot[data-kind=good] { background: var(--good); }
.dot[data-kind=warn] { background: var(--warn); }
.dot[data-kind=bad] { background: var(--bad); }
.what { display: grid; min-width: 0; }
.what .name { font-weight: 550; }
.what .name, .what .line { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.line { color: var(--soft); font-size: .86rem; }
.job .line[data-kind=bad] { color: var(--bad); }
.how { display: grid; gap: .3rem; font-size: .86rem; font-variant-numeric: tabular-nums; }
.figures { display: flex; justify-content: space-between; gap: .5rem; white-space: nowrap; }
.figures .size { color: var(--soft); }
.do .buttons { display: flex; justify-content: flex-end; }
.bar { display: block; height: .45rem; border-radius: 1rem; background: var(--idle-tint); overflow: hidden; }
.bar > span { display: block; height: 100%; background: var(--accent); border-radius: 1rem; transform-origin: left; transition: transform .4s linear; }
.bar[data-kind=good] > span { background: var(--good); }
.bar[data-kind=warn] > span { background: var(--warn); }
.bar[data-kind=bad] > span { background: var(--bad); }
.bar[data-kind=idle] > span { background: var(--strong); }
.bar.unknown > span { transform: scaleX(.3) !important; opacity: .45; }
.badge { display: inline-block; padding: .08rem .5rem; border-radius: 1rem; background: var(--idle-tint); font-size: .8rem; font-weight: 550; white-space: nowrap; }
.badge[data-kind=live] { background: var(--tint); color: var(--accent); }
.badge[data-kind=good] { background: var(--good-tint); color: var(--good); }
.badge[data-kind=warn] { background: var(--warn-tint); color: var(--warn); }
.badge[data-kind=bad] { background: var(--bad-tint); color: var(--bad); }
.fault { background: var(--warn-tint); color: var(--warn); border-radius: 8px; padding: .55rem .8rem; margin: 0 0 .8rem; overflow-wrap: anywhere; }
.fault[data-kind=bad] { background: var(--bad-tint); color: var(--bad); }
.empty { display: grid; justify-items: center; gap: .6rem; text-align: center; color: var(--soft); padding: 4rem 1rem; margin: auto; }
.empty > .icon { width: 2.4rem; height: 2.4rem; stroke-width: 1.4; color: var(--strong); }
.empty .title { color: var(--text); font-weight: 600; font-size: 1.05rem; }
.empty p { max-width: 32rem; }

.side { outline: none; overflow-y: auto; border-left: 1px solid var(--line); background: var(--surface); padding: 0 1.3rem 2rem; }
.side > header { position: sticky; top: 0; z-index: 1; display: flex; justify-content: space-between; align-items: center; background: var(--surface); padding: .7rem 0; color: var(--soft); font-size: .86rem; }
.side > header button, dialog header button, .note button { font-size: 1.3rem; line-height: 1; }
.detail { display: grid; gap: .8rem; overflow-wrap: anywhere; }
.detail > .name { font-size: 1.12rem; outline: none; }
.detail h3 { margin-bottom: -.3rem; }
.now p { font-variant-numeric: tabular-nums; }
.now .part { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft); font-size: .86rem; }
.facts { display: grid; gap: .1rem; }
.facts > div { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr); gap: .8rem; padding: .22rem 0; }
roost-engines > div > .facts { grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); column-gap: 2rem; margin-bottom: 1.2rem; }
.facts dt { color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
.history { list-style: none; border-left: 2px solid var(--line); margin-left: .3rem; display: grid; gap: .8rem; }
.history li { padding-left: 1rem; position: relative; }
.history li::before { content: ''; position: absolute; left: -.36rem; top: .45rem; width: .6rem; height: .6rem; border-radius: 50%; background: var(--strong); border: 2px solid var(--surface); }
.history li:first-child::before { background: var(--accent); }
.history time { color: var(--soft); font-size: .82rem; margin-right: .6rem; font-variant-numeric: tabular-nums; }
.history strong { font-weight: 550; margin-right: .5rem; }
.history .stage { color: var(--soft); }
summary { cursor: pointer; color: var(--soft); padding: .3rem 0; font-weight: 500; }

.top + .hint { margin-bottom: .7rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: .9rem; }
.cards > .empty { grid-column: 1 / -1; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.1rem; display: grid; gap: .6rem; align-content: start; }
.card h2 { overflow-wrap: anywhere; }
.card h2 a { color: inherit; text-decoration: none; }
.card h2 a:hover { color: var(--accent); text-decoration: underline; }
.card .actions { margin-top: .2rem; }
.scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .5rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
th { font-weight: 550; color: var(--soft); font-size: .82rem; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.still { white-space: nowrap; }
.figure { display: inline-block; margin-right: .7rem; white-space: nowrap; font-size: .84rem; color: var(--soft); }
.slots { display: flex; gap: .3rem; align-items: center; }
.slots > span:not(.words) { width: 1rem; height: 1rem; border-radius: 4px; background: var(--idle-tint); border: 1px solid var(--strong); }
.slots > .busy { background: var(--accent) !important; border-color: var(--accent) !important; }
.words { color: var(--soft); font-size: .86rem; margin-left: .3rem; }
.spark { width: 100%; height: 2rem; fill: none; stroke: var(--accent); stroke-width: 2; }
.ground { stroke: var(--line); stroke-width: 1; }
.stack { width: 100%; height: 1.2rem; border-radius: 6px; display: block; margin: .5rem 0; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1rem; font-size: .86rem; color: var(--soft); }
.legend li::before { content: ''; display: inline-block; width: .7rem; height: .7rem; border-radius: 3px; background: currentcolor; margin-right: .4rem; vertical-align: -.05rem; }
rect.part-0, .part-0::before { fill: var(--accent); background: var(--accent) !important; }
rect.part-1, .part-1::before { fill: var(--good); background: var(--good) !important; }
rect.part-2, .part-2::before { fill: var(--warn); background: var(--warn) !important; }
rect.part-3, .part-3::before { fill: var(--strong); background: var(--strong) !important; }
rect.part-4, .part-4::before { fill: var(--idle-tint); background: var(--idle-tint) !important; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .8rem; margin-bottom: 1rem; }
.tile { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1rem; display: grid; color: var(--soft); font-size: .86rem; }
.tile .value { font-size: 1.4rem; font-weight: 600; color: var(--text); font-variant-numeric: tabular-nums; }
.chart { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1rem; margin-bottom: 1rem; }
.chart svg { width: 100%; height: 10rem; fill: var(--accent); }
.chart figcaption span:not(:nth-child(2)) { white-space: nowrap; }
.chart figcaption { display: flex; justify-content: space-between; color: var(--soft); font-size: .82rem; }

roost-chat { gap: .8rem; }
roost-chat > .top { margin-bottom: 0; }
.options { border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
.options[open] { display: block; padding-bottom: .9rem; }
.options .grid { margin-top: .7rem; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); }
.thread { flex: 1; min-height: 0; overflow-y: auto; display: flex; flex-direction: column; gap: .9rem; padding: .3rem max(.3rem, calc(50% - 23rem)); }
.message { max-width: 46rem; width: fit-content; display: grid; gap: .5rem; overflow-wrap: anywhere; }
.message.user { align-self: flex-end; background: var(--tint); border-radius: 14px 14px 4px; padding: .6rem .9rem; }
.message.assistant { width: 100%; align-self: center; }
.message p { white-space: pre-wrap; }
.message .text { display: grid; gap: .7rem; }
.message img { max-width: 16rem; max-height: 12rem; border-radius: 8px; }
.message footer { display: flex; align-items: center; gap: .4rem; min-height: 1.5rem; }
.message.user footer { display: none; }
.end { color: var(--soft); font-size: .82rem; }
.end[data-kind=bad] { color: var(--bad); }
.thoughts pre { font-family: inherit; color: var(--soft); }
.composer { border: 1px solid var(--strong); border-radius: 14px; background: var(--surface); padding: .5rem; display: grid; gap: .4rem; width: 100%; max-width: 48rem; margin: 0 auto; }
.composer:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.composer textarea { border: 0; outline: none; background: none; padding: .4rem .5rem; max-height: 15rem; }
.composer .hint { margin-right: auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 1; }
.pictures { display: flex; gap: .5rem; flex-wrap: wrap; }
.pictures:empty { display: none; }
.pictures figure { position: relative; }
.pictures img { height: 4.5rem; border-radius: 8px; display: block; }
.pictures button { position: absolute; top: 0; right: 0; background: var(--surface); }

dialog { border: 1px solid var(--line); border-radius: 14px; background: var(--raised); color: inherit; padding: 0; width: min(30rem, calc(100vw - 2rem)); max-height: calc(100dvh - 3rem); box-shadow: var(--shadow); }
dialog.wide { width: min(46rem, calc(100vw - 2rem)); }
dialog::backdrop { background: rgb(0 0 0 / 40%); }
dialog header { position: sticky; top: 0; z-index: 1; background: var(--raised); display: flex; justify-content: space-between; align-items: center; padding: .8rem .8rem .8rem 1.2rem; border-bottom: 1px solid var(--line); }
dialog .body { padding: 1.2rem; display: grid; gap: 1rem; overflow-wrap: anywhere; }
dialog .body > .actions { justify-content: flex-end; }
.preview { display: grid; gap: .8rem; }
.preview:empty { display: none; }
.choice strong { font-size: 1.05rem; }
.room { display: grid; grid-template-columns: 4.5rem minmax(3rem, 1fr) auto auto; gap: .7rem; align-items: center; font-size: .9rem; }
.offered { display: flex; flex-wrap: wrap; gap: .35rem; max-height: 7rem; overflow-y: auto; }
.offered button { padding: .1rem .55rem; min-height: 1.8rem; font-size: .84rem; }
.offered button[aria-pressed=true] { background: var(--tint); border-color: var(--accent); color: var(--accent); }
.waiting { color: var(--soft); }
.notes { position: fixed; right: 1rem; bottom: 1rem; z-index: 20; display: grid; gap: .5rem; justify-items: end; max-width: min(28rem, calc(100vw - 2rem)); }
.note { display: flex; align-items: center; gap: .5rem; background: var(--raised); border: 1px solid var(--line); border-left: 4px solid var(--good); border-radius: 8px; padding: .4rem .4rem .4rem .9rem; box-shadow: var(--shadow); overflow-wrap: anywhere; }
.note[data-kind=bad] { border-left-color: var(--bad); }
.login { display: grid; place-items: center; height: 100%; padding: 1rem; }
.login form { display: grid; gap: 1rem; width: min(22rem, 100%); }

@media (max-width: 62rem) {
  .has-side main { grid-template-columns: minmax(0, 1fr); }
  .side { position: fixed; inset: 0 0 0 auto; width: min(34rem, 100vw); box-shadow: var(--shadow); z-index: 5; }
}
@media (max-width: 46rem) {
  .root { grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr); }
  .health, main { grid-column: 1; }
  .health { grid-row: 1; padding-inline: 1rem; }
  main { grid-row: 2; }
  nav { grid-row: 3; flex-direction: row; justify-content: space-around; gap: 0; padding: .25rem .25rem max(.25rem, env(safe-area-inset-bottom)); border-right: 0; border-top: 1px solid var(--line); overflow: visible; }
  nav a { flex-direction: column; gap: .1rem; padding: .35rem .2rem; font-size: .7rem; flex: 1; min-width: 0; }
  nav a .icon { width: 1.4rem; height: 1.4rem; }
  nav .brand, nav .who p, nav .who small { display: none; }
  nav .who { margin: 0; padding: 0; display: contents; }
  nav .who button { flex-direction: column; gap: .1rem; border: 0; background: none; font-size: .7rem; color: var(--soft); padding: .35rem .2rem; flex: 1; }
  main > :first-child { padding: .9rem .9rem 1rem; }
  .top input[type=search] { max-width: none; }
  roost-engines > div > .facts { grid-template-columns: minmax(0, 1fr); }
  .options[open] { flex: 0 1 auto; max-height: 42%; overflow-y: auto; }
  roost-models .top h1 { flex-basis: 100%; }
  roost-models .top .icon { display: none; }
  .tabs { order: 3; width: 100%; }
  .tabs button { flex: 1; justify-content: center; }
  roost-rows { margin: 0 -.9rem; border-radius: 0; border-width: 1px 0 0; }
  .job { height: 92px; grid-template-columns: 2.2rem minmax(0, 1fr) auto; grid-template-rows: auto auto; align-content: center; row-gap: .4rem; }
  .job .how { grid-column: 2 / 4; grid-row: 2; grid-template-columns: auto 1fr; align-items: center; gap: .6rem; }
  .job .figures { gap: .6rem; }
  .job .what { grid-row: 1; grid-column: 2; }
  .job .do { grid-row: 1; grid-column: 3; }
  .side { width: 100vw; }
  .facts > div { grid-template-columns: 8rem minmax(0, 1fr); }
  .room { grid-template-columns: 4.5rem 1fr auto; }
  .room .number { grid-row: 2; grid-column: 2 / 4; }
  .scroll thead { display: none; }
  .scroll tr { display: grid; padding: .5rem .8rem; border-bottom: 1px solid var(--line); }
  .scroll td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .6rem; padding: .12rem 0; border: 0; text-align: left; white-space: normal; }
  .scroll td::before { content: attr(data-name); color: var(--soft); }
  .notes { bottom: 4.5rem; }
  .cards { grid-template-columns: minmax(0, 1fr); }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { .bar > span, .dot, .slots > .busy { background: CanvasText !important; forced-color-adjust: none; } }

"""##),
    ]
}
