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
