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
