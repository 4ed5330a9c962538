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
