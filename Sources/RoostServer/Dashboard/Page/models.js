// The models on this machine: where they came from, whether they are sound, and whether they fit.

import { ask, can, lines, modelPath, open, post } from './api.js';
import { badge, bar, button, empty, facts, fill, h, icon, prose, table } from './dom.js';
import { ago, bytes, duration, many, number, time } from './format.js';
import { View } from './live.js';
import { attempt, confirmed, dialog, say } from './notes.js';
import { openPull } from './pulls.js';
import { openSide } from './side.js';

const kindOfFit = { loaded: 'live', fits: 'good', after_eviction: 'warn', after_requests: 'warn', never: 'bad' };
const origins = { hub: 'from the Hub', converted: 'converted', ollama: 'from Ollama' };
const words = {
  loaded: 'in memory', fits: 'fits now', after_eviction: 'fits when unused models leave memory', after_requests: 'fits when others have answered', never: 'does not fit',
};

class Models extends View {
  #text = null;

  show() {
    this.body = h('div', { class: 'cards' });
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Models'),
      can('admin') && button('Verify all', () => check('verify'), { mark: 'check' }), can('admin') && button('Clean up', () => cleanUp(), { mark: 'remove' }),
      can('pull') && button('New pull', () => openPull(), { kind: 'primary', mark: 'add', title: 'Alt+N' })), this.body);
    this.watch(3, async (signal) => {
      const [models, aliases] = await Promise.all([ask('/models', { signal }), ask('/aliases', { signal })]);
      const text = JSON.stringify([models, aliases]);
      if (text !== this.#text) this.#draw(models, aliases);
      this.#text = text;
    });
    this.until(onModels(() => { this.#text = null; }));
  }

  #draw(models, aliases) {
    if (!models.length) {
      fill(this.body, empty('No models yet', prose('Pull one from the Hub, or import those of Ollama with `roost import ollama`.')));
      return;
    }
    const named = (model) => aliases.filter((alias) => alias.model === model).map((alias) => alias.name);
    const focused = document.activeElement?.closest?.('[data-model]')?.dataset.model;
    fill(this.body, models.sort((one, other) => other.loaded - one.loaded || one.model.localeCompare(other.model)).map((model) =>
      h('article', { class: 'card model', 'data-model': model.model },
        h('h2', {}, h('a', { href: `#/models/${encodeURIComponent(model.model)}` }, model.model)),
        h('p', { class: 'line' }, badge(model.loaded ? 'in memory' : origins[model.origin] ?? model.origin, model.loaded ? 'live' : ''), ' ', bytes(model.size_bytes), model.projector && ' · sees images or hears sounds'),
        named(model.model).length > 0 && h('p', { class: 'line' }, `Also called ${named(model.model).join(', ')}`),
        h('div', { class: 'actions' },
          can('chat') && h('a', { class: 'button', href: `#/chat/${encodeURIComponent(model.model)}` }, icon('chat'), 'Chat'),
          can('admin') && (model.loaded ? button('Unload', (event) => unload(model.model, event.target)) : button('Load', (event) => load(model.model, event.target)))))));
    if (focused) this.body.querySelector(`[data-model="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true });
  }
}

let listeners = [];
/** Calls `act` after a model was changed on this page. */
const onModels = (act) => {
  listeners.push(act);
  return () => { listeners = listeners.filter((other) => other !== act); };
};
const changed = () => listeners.forEach((act) => act());

async function load(model, from) {
  from.disabled = true;
  from.textContent = 'Loading…';
  await attempt(async () => {
    const answer = await post(modelPath(model, '/load'));
    say(`${answer.model} is loaded, with a context of ${number(answer.context.length)} tokens.`);
  });
  from.disabled = false;
  from.textContent = 'Load';
  changed();
}

async function unload(model, from) {
  from.disabled = true;
  await attempt(() => post(modelPath(model, '/unload')), `${model} has left memory.`);
  from.disabled = false;
  changed();
}

/** Verifies or repairs a model, or all, in a dialog with a bar. */
function check(verb, model) {
  const control = new AbortController();
  const line = bar('Files examined');
  const text = h('p', { role: 'status' }, 'Reading the list of files…');
  const result = h('div');
  dialog(verb === 'verify' ? 'Verify' : 'Repair', h('div', { class: 'body' }, h('p', {}, model ?? 'All models'), line, text, result), { wide: true, onclose: () => control.abort() });
  line.show(null);
  const run = async () => {
    for await (const part of lines(await open(`/models/${verb}`, { method: 'POST', body: model ? { model } : {}, signal: control.signal }))) {
      if (part.error) throw new Error(part.error.detail);
      if (part.progress) {
        const { files, total_files, bytes: done, total_bytes } = part.progress;
        line.show(total_bytes ? done / total_bytes : null, 'live');
        text.textContent = `${number(files)} of ${many(total_files, 'file')}, ${bytes(done)} of ${bytes(total_bytes)}`;
      } else if (part.result) finish(part.result.report ?? part.result, part.result.jobs ?? []);
    }
  };
  const finish = (report, jobs) => {
    line.show(1, report.sound ? 'good' : 'bad');
    text.textContent = report.sound ? `All ${many(report.files, 'file')} are as they should be (${bytes(report.bytes)} hashed).` : `${many(report.findings.length, 'fault')} in ${many(report.files, 'file')}.`;
    fill(result, report.findings.length > 0 && table('Faults', ['Model', 'File', 'Problem'], report.findings.map((found) => [found.model, found.path, found.message])),
      report.unchecked.length > 0 && h('p', { class: 'hint' }, `Without a recorded digest: ${report.unchecked.join(', ')}`),
      jobs.map((id) => h('p', {}, h('a', { href: `#/pulls/${id}`, onclick: (event) => event.target.closest('dialog').close() }, 'A pull fetches what is damaged or missing.'))),
      !report.sound && verb === 'verify' && button('Repair', (event) => {
        event.target.closest('dialog').close();
        check('repair', model);
      }, { kind: 'primary' }));
    changed();
  };
  run().catch((error) => {
    if (control.signal.aborted) return;
    line.show(0, 'bad');
    fill(result, h('p', { class: 'fault', 'data-kind': 'bad' }, error.message));
  });
}

const removals = (plan) => [
  h('p', {}, plan.removed.length ? `This frees ${bytes(plan.freed_bytes)}:` : 'There is nothing to remove.'),
  plan.removed.length > 0 && table('What would be removed', ['Kind', 'Path', '#Size'], plan.removed.map((item) => [item.kind.replaceAll('_', ' '), item.path, bytes(item.bytes)])),
  plan.kept.map((item) => h('p', { class: 'hint' }, `Kept: ${item.path} (${item.reason})`)),
];

async function cleanUp() {
  await attempt(async () => {
    const plan = await post('/models/gc', { dry_run: true });
    if (!plan.removed.length) {
      say('There is nothing to clean up.');
      return;
    }
    if (!(await confirmed('Clean up?', h('div', {}, removals(plan)), 'Clean up'))) return;
    say(`Freed ${bytes((await post('/models/gc', {})).freed_bytes)}.`);
    changed();
  });
}

async function remove(model) {
  await attempt(async () => {
    const path = modelPath(model);
    // With `force` the plan also tells what a loaded model would free.
    const [plan, { models }] = await Promise.all([ask(`${path}?dry_run=true&force=true`, { method: 'DELETE' }), ask(path)]);
    const isLoaded = models.some((other) => other.loaded);
    const text = h('div', {}, isLoaded && h('p', {}, 'It is in memory, and leaves memory first. Unfinished pulls of its repository are canceled.'), removals(plan));
    if (!(await confirmed(`Remove ${model}?`, text, 'Remove'))) return;
    say(`Freed ${bytes((await ask(isLoaded ? `${path}?force=true` : path, { method: 'DELETE' })).freed_bytes)}.`);
    changed();
    location.hash = '#/models';
  });
}

/** Shows a model beside the list. */
export function showModel(name) {
  const control = new AbortController();
  const node = h('div', { class: 'detail' }, h('h2', { class: 'name' }, name), h('p', {}, 'Reading…'));
  openSide('Model', node, { onclose: () => control.abort(), back: '#/models' });
  ask(modelPath(name), { signal: control.signal }).then((detail) => draw(node, name, detail, control.signal), (error) => {
    if (!control.signal.aborted) fill(node, h('h2', { class: 'name' }, name), h('p', { class: 'fault', 'data-kind': 'bad' }, error.message));
  });
}

function draw(node, name, detail, signal) {
  const model = detail.models.find((other) => other.model === name) ?? detail.models[0];
  const fit = h('div', { class: 'fit' }, h('p', { class: 'waiting' }, 'Reading the head of its file…'));
  fill(node, h('h2', { class: 'name' }, name),
    h('div', { class: 'actions' }, can('chat') && model && h('a', { class: 'button', href: `#/chat/${encodeURIComponent(model.model)}` }, icon('chat'), 'Chat'),
      can('admin') && [button('Verify', () => check('verify', name), { mark: 'check' }), button('Repair', () => check('repair', name), { mark: 'retry' }), button('Remove', () => remove(name), { mark: 'remove', kind: 'danger' })]),
    facts([
      ['Size', bytes(detail.size_bytes)], ['Context', model?.context && `${number(model.context.length)} tokens, ${many(model.context.slots, 'request')} at once: ${model.context.reason}`],
      ['Last load', model?.load_duration && duration(model.load_duration / 1e9)], ['Projector', model?.projector],
      ['Chat template', model?.chat_template === 'role_lines' ? 'none; plain role lines are used' : model?.chat_template && 'its own'], ['Folder', detail.path],
    ]),
    h('h3', {}, 'Memory'), fit,
    model?.tuning && [h('h3', {}, 'Options of its engine'), table('Options of its engine', ['Option', 'Value', 'From'], model.tuning.options.map((option) => [option.name.replaceAll('_', ' '), option.value, option.source]))],
    detail.revisions.map((revision) => [
      h('h3', {}, `Commit ${revision.commit.slice(0, 12)}`, revision.refs.length > 0 && ` (${revision.refs.join(', ')})`), receipt(revision.receipt),
      table(`Files of ${revision.commit.slice(0, 12)}`, ['File', '#Size', 'Digest'], revision.files.map((file) => [file.path, file.size == null ? 'missing' : bytes(file.size), file.digest && h('code', {}, file.digest)])),
    ]),
    detail.conversions.map((made) => [
      h('h3', {}, `Converted: ${made.model}`),
      facts([['File', made.path], ['Size', bytes(made.size_bytes)], ['Weights', made.has_sources ? 'still here' : 'removed'], ['Recipe', made.receipt?.recipe], ['Why', made.receipt?.reason],
        ['Made', made.receipt && time(made.receipt.made_at)], ['Tools', made.receipt && [made.receipt.tool, made.receipt.library].filter(Boolean).join(', ')]]),
    ]),
    detail.partials.length > 0 && [h('h3', {}, 'Unfinished downloads'), table('Unfinished downloads', ['File', '#Bytes', 'By', 'Last written'], detail.partials.map((part) => [part.path, bytes(part.bytes), part.writer, ago(part.modified_at)]))]);
  if (!model) {
    fill(fit, h('p', {}, 'No file of it can be loaded.'));
    return;
  }
  ask(modelPath(model.model, '/fit'), { signal }).then((answer) => fill(fit, fitOf(answer)), (error) => {
    if (!signal.aborted) fill(fit, h('p', { class: 'fault' }, error.message));
  });
}

const receipt = (paper) => paper
  ? facts([['Pulled', time(paper.pulled_at)], ['In', duration(paper.duration_seconds)], ['Revision', paper.revision], ['Licence', paper.license], ['By', paper.tool]])
  : h('p', { class: 'hint' }, 'No receipt: another program fetched it.');

/** The estimate of the memory, as one bar of its parts. */
function fitOf(answer) {
  const parts = ['weights', 'context', 'prompt_cache', 'compute', 'margin'].map((name) => [name, answer.parts[name] ?? 0]);
  const whole = Math.max(answer.needed_bytes, parts.reduce((sum, [, size]) => sum + size, 0), 1);
  let start = 0;
  const pieces = parts.map(([name, size], index) => {
    const piece = h('rect', { x: String((1000 * start) / whole), y: '0', width: String(Math.max(0, (1000 * size) / whole - 2)), height: '24', class: `part-${index}` }, h('title', {}, `${name}: ${bytes(size)}`));
    start += size;
    return piece;
  });
  return [
    h('p', {}, badge(words[answer.answer] ?? answer.answer, kindOfFit[answer.answer]), ` It needs ${bytes(answer.needed_bytes)}; ${bytes(answer.free_bytes)} are free.`),
    h('svg', { class: 'stack', viewBox: '0 0 1000 24', preserveAspectRatio: 'none', role: 'img', 'aria-label': parts.map(([name, size]) => `${name.replaceAll('_', ' ')} ${bytes(size)}`).join(', ') }, pieces),
    h('ul', { class: 'legend' }, parts.map(([name, size], index) => h('li', { class: `part-${index}` }, `${name.replaceAll('_', ' ')} ${bytes(size)}`))),
    answer.evicts.length > 0 && h('p', {}, `For it these would leave memory: ${answer.evicts.join(', ')}.`),
    answer.used_before && h('p', { class: 'hint' }, `It used at most ${bytes(answer.used_before)} before.`),
    answer.devices.map((device) => h('p', { class: 'hint' }, `${device.name} (${device.description}): ${bytes(device.free_bytes)} of ${bytes(device.total_bytes)} free`)),
  ];
}

customElements.define('roost-models', Models);
