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
