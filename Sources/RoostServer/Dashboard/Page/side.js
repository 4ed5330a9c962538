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
