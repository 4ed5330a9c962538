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
