// The engines: what is in memory, who waits, and why models came and went.

import { ask, can, post } from './api.js';
import { badge, bar, button, empty, facts, fill, h, table } from './dom.js';
import { bytes, duration, many, number, time } from './format.js';
import { View } from './live.js';
import { attempt } from './notes.js';

const kinds = { ready: 'live', failed: 'bad', loading: 'warn', starting: 'warn' };
const remembered = 60;

class Engines extends View {
  #past = new Map();
  #text = '';

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
    for (const engine of engines) {
      const past = this.#past.get(engine.model) ?? [];
      past.push(engine.running + engine.waiting);
      this.#past.set(engine.model, past.slice(-remembered));
    }
    // Cards are made again only when they change otherwise than in their line: a button keeps its focus.
    const text = JSON.stringify(engines.map((engine) => ({ ...engine, load: engine.load?.message })));
    if (text !== this.#text) fill(this.cards, engines.length ? engines.map((engine) => card(engine)) : empty('No model is in memory', 'A model is loaded by the first request to it, or by hand in Models.'));
    this.#text = text;
    for (const engine of engines) {
      const svg = [...this.cards.querySelectorAll('[data-engine]')].find((node) => node.dataset.engine === engine.model)?.querySelector('.spark');
      if (svg) fill(svg, line(this.#past.get(engine.model), engine.slots ?? 1));
    }
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

function card(engine) {
  const slots = engine.slots ?? 0;
  const loading = engine.load && bar('Load');
  loading?.show(engine.load.total_bytes ? engine.load.read_bytes / engine.load.total_bytes : null, 'live');
  return h('article', { class: 'card', 'data-engine': engine.model },
    h('h2', {}, engine.model), h('p', { class: 'line' }, badge(engine.state, kinds[engine.state] ?? ''), engine.need_bytes != null && ` needs ${bytes(engine.need_bytes)}`),
    engine.load && h('div', { class: 'now' }, h('p', {}, engine.load.message), loading),
    slots > 0 && h('p', { class: 'slots', role: 'img', 'aria-label': `${engine.running} of ${many(slots, 'slot')} busy` }, Array.from({ length: slots }, (_, index) => h('span', { class: index < engine.running ? 'busy' : '' })),
      h('span', { class: 'words' }, `${engine.running} of ${slots} busy`)),
    engine.waiting > 0 && h('p', {}, `${many(engine.waiting, 'request')} waiting`),
    h('svg', { class: 'spark', viewBox: '0 0 240 32', preserveAspectRatio: 'none', role: 'img', 'aria-label': 'Requests in the last minute' }),
    h('p', { class: 'hint' }, 'Requests, last minute'),
    engine.last_error && h('p', { class: 'fault', 'data-kind': 'bad' }, engine.last_error),
    facts([['Context', engine.context_length && `${number(engine.context_length)} tokens`], ['Restarts', engine.restarts || null], ['Process', engine.pid]]),
    can('admin') && h('div', { class: 'actions' }, button('Unload', () => attempt(() => post('/models/unload', { model: engine.model }), `${engine.model} has left memory.`))));
}

function line(values, slots) {
  const top = Math.max(slots, ...values);
  const points = values.map((value, index) => `${240 - 4 * (values.length - 1 - index)},${30 - (28 * value) / top}`);
  return [h('line', { x1: '0', x2: '240', y1: '30', y2: '30', class: 'ground' }), h('polyline', { points: points.join(' ') })];
}

customElements.define('roost-engines', Engines);
