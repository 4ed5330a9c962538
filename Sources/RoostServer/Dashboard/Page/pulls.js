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
