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
