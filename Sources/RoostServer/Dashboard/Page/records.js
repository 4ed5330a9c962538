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
