// A new pull: first what it would fetch and why, then the pull.

import { post } from './api.js';
import { badge, bar, button, facts, field, fill, h, prose, select, table } from './dom.js';
import { bytes, duration, percent, rate } from './format.js';
import { openJob } from './job.js';
import { jobs } from './jobs.js';
import { dialog, say } from './notes.js';

const kinds = [
  ['auto', 'Automatic'], ['q4', 'About four bits'], ['q4_0', 'Q4_0'], ['q5', 'Q5'], ['q6', 'Q6'], ['q8', 'Q8'], ['fp16', '16 bits'], ['bf16', 'BF16'], ['no', 'As precise as there is'],
];

/** Opens the dialog. */
export function openPull(named = '') {
  const model = h('input', { type: 'text', required: true, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', placeholder: 'org/name or org/name:Q4_K_M', value: named });
  const quantize = select(kinds, 'auto');
  const revision = h('input', { type: 'text', placeholder: 'main', spellcheck: 'false' });
  const priority = h('input', { type: 'number', min: '-100', max: '100', step: '1', value: '0' });
  const load = h('input', { type: 'checkbox' });
  const projector = h('input', { type: 'checkbox', checked: true });
  const preview = h('div', { class: 'preview', 'aria-live': 'polite' });
  const look = h('button', { type: 'submit', class: 'primary' }, 'Look first');
  const start = button('Pull', () => pull(), { kind: 'primary', hidden: true });
  let control = null;

  const body = () => ({
    model: model.value.trim(), quantize: quantize.value, init: load.checked, projector: projector.checked, priority: Number(priority.value) || 0,
    ...(revision.value.trim() ? { revision: revision.value.trim() } : {}),
  });
  const fail = (error) => {
    start.hidden = true;
    fill(preview, h('p', { class: 'fault', 'data-kind': 'bad' }, prose(error.message)));
  };
  /** What was shown is of other fields now. */
  const forget = () => {
    control?.abort();
    start.hidden = true;
    look.hidden = look.disabled = false;
    fill(preview);
  };
  const dryRun = async () => {
    control?.abort();
    control = new AbortController();
    const { signal } = control;
    look.disabled = true;
    fill(preview, h('p', { class: 'waiting' }, 'Asking the Hub…'));
    try {
      const plan = await post('/pull', { ...body(), dry_run: true }, { signal });
      if (signal.aborted) return;
      fill(preview, shown(plan, (quant) => {
        model.value = `${plan.model.split(':')[0]}:${quant}`;
        dryRun();
      }));
      look.hidden = true;
      start.hidden = false;
      if (!node.contains(document.activeElement) || document.activeElement === look) start.focus();
    } catch (error) {
      if (!signal.aborted) fail(error);
    } finally {
      if (!signal.aborted) look.disabled = false;
    }
  };
  const pull = async () => {
    start.disabled = true;
    try {
      const { job_id } = await post('/pull', body());
      await jobs.refresh(job_id);
      node.close();
      say(`The pull of ${model.value.trim()} is accepted.`);
      openJob(job_id);
    } catch (error) {
      fail(error);
      look.hidden = false;
    } finally {
      start.disabled = false;
    }
  };

  const form = h('form', { class: 'body', oninput: (event) => { if (event.target !== priority && event.target !== load) forget(); }, onsubmit: (event) => {
    event.preventDefault();
    if (look.hidden) pull();
    else dryRun();
  } }, field('Model', model, 'A name on the Hub, or the address of its page.'),
  h('div', { class: 'grid' }, field('Quantisation', quantize), field('Revision', revision), field('Priority', priority)),
  h('div', { class: 'grid' }, field('Load it when it is here', load), field('With its projector, for images and sounds', projector)), preview, h('div', { class: 'actions' }, look, start));
  const node = dialog('New pull', form, { wide: true, onclose: () => control?.abort() });
  model.focus();
  if (named) dryRun();
}

/** What a dry run says. */
function shown(plan, choose) {
  const room = (name, place) => {
    const line = bar(`${name}: needed of available`);
    line.show(place.available_bytes > 0 ? place.needed_bytes / place.available_bytes : 1, place.fits ? 'good' : 'bad');
    return h('div', { class: 'room' }, h('span', {}, name), line,
      h('span', { class: 'number' }, `${bytes(place.needed_bytes)} of ${bytes(Math.max(0, place.available_bytes))}`), badge(place.fits ? 'fits' : 'does not fit', place.fits ? 'good' : 'bad'));
  };
  const present = plan.total_bytes - plan.missing_bytes;
  return [
    h('p', { class: 'choice' }, !plan.reason.startsWith(plan.quantization ?? plan.model) && [h('strong', {}, plan.quantization ?? plan.model), ' '], prose(plan.reason)),
    facts([
      ['To fetch', present > 0 ? `${bytes(plan.missing_bytes)}; ${bytes(present)} of ${bytes(plan.total_bytes)} are here` : bytes(plan.missing_bytes)],
      ['Time', !plan.eta_seconds ? null : `about ${duration(plan.eta_seconds)}, at ${rate(plan.bytes_per_second)}`],
      ['Licence', plan.license], ['Access', plan.access === 'public' ? null : plan.access], ['Commit', h('code', {}, plan.commit.slice(0, 12))],
    ]),
    room('Disk', plan.disk), room('Memory', plan.memory),
    plan.offered.length > 1 && h('div', { class: 'offered', role: 'group', 'aria-label': 'Other quantisations' }, plan.offered.map((quant) =>
      h('button', { type: 'button', 'aria-pressed': String(quant === plan.quantization), onclick: () => choose(quant) }, quant))),
    (plan.notes ?? []).map((note) => h('p', { class: 'hint' }, prose(note))),
    table('Files', ['File', '#Size', '#Here'], plan.files.map((file) => [file.path, bytes(file.size), file.present_bytes ? percent(file.present_bytes / (file.size || 1)) : '–'])),
  ];
}
