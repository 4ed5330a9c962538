// A conversation with a model of this machine. It stays in this tab, and is gone with it, or with a log-out.

import { ask, events, open, visitor } from './api.js';
import { button, empty, field, fill, h, icon, iconButton, write } from './dom.js';
import { duration } from './format.js';
import { View } from './live.js';
import { say } from './notes.js';

const place = 'roost.chat';
const mostImages = 4;
/** What a request may have: the images of one message, and those of earlier ones as far as they fit. */
const mostSentImages = 16;
const mostImageBytes = 20 << 20;
/** Fields of a request: name, label, least, most, step, and what the server takes without it. */
const sampling = [
  ['temperature', 'Temperature', 0, 2, 0.1, '0.7'], ['top_p', 'Top p', 0, 1, 0.05, ''], ['top_k', 'Top k', -1, 1000, 1, ''], ['min_p', 'Min p', 0, 1, 0.05, ''],
  ['repeat_penalty', 'Repeat penalty', 0, 10, 0.1, ''], ['max_tokens', 'Most tokens', 1, 1000000, 1, '512'], ['seed', 'Seed', -1, 4294967295, 1, ''],
];

class Chat extends View {
  #messages = [];
  #images = [];
  #control = null;

  show() {
    const stored = JSON.parse(sessionStorage.getItem(place) ?? '{}');
    const kept = stored.owner === visitor.key?.owner ? stored : {};
    this.#messages = kept.messages ?? [];
    this.model = h('select', { 'aria-label': 'Model' }, kept.model && h('option', { value: kept.model }, kept.model));
    this.thread = h('div', { class: 'thread', role: 'log', 'aria-label': 'Conversation', tabindex: '0' });
    this.text = h('textarea', { rows: '2', 'aria-label': 'Message', placeholder: 'Message', value: kept.draft ?? '', onkeydown: (event) => this.#key(event), oninput: () => this.#grow() });
    this.file = h('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif,image/bmp', multiple: true, hidden: true, onchange: () => this.#attach([...this.file.files]) });
    this.pictures = h('div', { class: 'pictures' });
    this.send = h('button', { type: 'submit', class: 'primary' }, icon('send'), 'Send');
    this.stop = button('Stop', () => this.#control?.abort(), { mark: 'stop', hidden: true });
    this.status = h('p', { class: 'hint', role: 'status' });
    this.problem = h('p', { class: 'fault', role: 'alert', hidden: true });
    this.system = h('textarea', { rows: '3', value: kept.system ?? '' });
    this.fields = sampling.map(([name, label, least, most, step, usual]) =>
      [name, h('input', { type: 'number', min: String(least), max: String(most), step: String(step), placeholder: usual || 'the model’s', value: kept.options?.[name] ?? '' }), label]);
    const options = h('details', { class: 'options' }, h('summary', {}, 'System prompt and sampling'), field('System prompt', this.system),
      h('div', { class: 'grid' }, this.fields.map(([, input, label]) => field(label, input))));
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Chat'), this.model, button('New chat', () => this.#clear(), { mark: 'add' })), options, this.thread, this.problem,
      h('form', { class: 'composer', onsubmit: (event) => {
        event.preventDefault();
        this.#ask();
      } }, this.pictures, this.text, h('div', { class: 'actions' }, this.file, iconButton('Add an image', 'image', () => this.file.click()), this.status, this.stop, this.send)));
    this.addEventListener('paste', (event) => this.#attach([...event.clipboardData.files].filter((file) => file.type.startsWith('image/'))));
    this.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.#control?.abort(); });
    const leave = () => {
      this.#control?.abort();
      this.#keep();
    };
    window.addEventListener('pagehide', leave);
    this.until(() => {
      window.removeEventListener('pagehide', leave);
      leave();
    });
    this.#models(kept.model);
    this.#draw();
    this.#takeBack(this.#messages.at(-1));
    this.#grow();
    this.text.focus();
  }

  async #models(kept) {
    try {
      const models = await ask('/models');
      const named = decodeURIComponent(location.hash.split('/')[2] ?? '');
      const names = models.map((model) => model.model);
      const wanted = [named, kept, models.find((model) => model.loaded)?.model, names[0]].find((name) => names.includes(name) || name === named && name);
      fill(this.model, [...new Set([...names, ...(named ? [named] : [])])].map((name) => h('option', { value: name, selected: name === wanted }, name)));
      if (!names.length) fill(this.thread, empty('No model is here yet', 'Pull one first.'));
    } catch (error) {
      say(error.message, 'bad');
    }
  }

  #key(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#ask();
    }
  }

  #grow() {
    this.text.style.height = 'auto';
    this.text.style.height = `${Math.min(240, this.text.scrollHeight + 2)}px`;
  }

  /** Adds images to the message. Each has its place at once, and its data a moment later. */
  #attach(files) {
    this.file.value = '';
    for (const file of files) {
      const size = this.#images.reduce((sum, image) => sum + image.size, file.size);
      if (this.#images.length >= mostImages) say(`A message has at most ${mostImages} images.`, 'bad');
      else if (size > mostImageBytes) say(`${file.name} is too large: the images of a message have at most 20 MiB in all.`, 'bad');
      else {
        const image = { name: file.name, size: file.size, url: null };
        this.#images.push(image);
        const reader = new FileReader();
        reader.onload = () => {
          image.url = reader.result;
          this.#pictures();
        };
        reader.onerror = () => {
          this.#images = this.#images.filter((other) => other !== image);
          say(`${file.name} cannot be read.`, 'bad');
        };
        reader.readAsDataURL(file);
      }
    }
  }

  #pictures() {
    fill(this.pictures, this.#images.filter((image) => image.url).map((image) => h('figure', {}, h('img', { src: image.url, alt: image.name }), iconButton(`Remove ${image.name}`, 'cancel', () => {
      this.#images = this.#images.filter((other) => other !== image);
      this.#pictures();
    }))));
  }

  #clear() {
    this.#control?.abort();
    this.#messages = [];
    this.#images = [];
    this.problem.hidden = true;
    this.#pictures();
    this.#draw();
    this.#keep();
    this.text.focus();
  }

  #draw() {
    fill(this.thread, this.#messages.length ? this.#messages.map((message) => bubble(message).node) : empty('Ask something', 'The conversation stays in this tab. Enter sends, Shift+Enter begins a line.'));
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  /** Texts are kept for a reload of this tab, and images are not. After a log-out nothing is. */
  #keep() {
    if (visitor.needs_key) return;
    const messages = this.#messages.map(({ role, text, thoughts, end }) => ({ role, text, thoughts, end: end ?? (role === 'assistant' ? 'Stopped.' : '') }));
    const options = Object.fromEntries(this.fields.map(([name, input]) => [name, input.value]));
    try {
      sessionStorage.setItem(place, JSON.stringify({ owner: visitor.key?.owner, messages, draft: this.text.value, model: this.model.value, system: this.system.value, options }));
    } catch {
      sessionStorage.removeItem(place);
    }
  }

  #body() {
    let size = 0;
    const newest = this.#messages.flatMap(({ images }) => images ?? []).reverse().slice(0, mostSentImages);
    const sent = new Set(newest.filter((image) => (size += image.size) <= mostImageBytes));
    const messages = this.#messages.map(({ role, text, images }) => {
      const parts = (images ?? []).filter((image) => sent.has(image)).map(({ url }) => ({ type: 'image_url', image_url: { url } }));
      return { role, content: parts.length ? [{ type: 'text', text }, ...parts] : text };
    });
    if (this.system.value.trim()) messages.unshift({ role: 'system', content: this.system.value });
    const options = Object.fromEntries(this.fields.filter(([, input]) => input.value !== '').map(([name, input]) => [name, Number(input.value)]));
    return { model: this.model.value, messages, stream: true, timeout: 600, ...options };
  }

  async #ask() {
    const text = this.text.value.trim();
    if (this.#control || !this.model.value || (!text && !this.#images.length)) return;
    if (this.#images.some((image) => !image.url)) {
      say('An image is still being read.');
      return;
    }
    this.problem.hidden = true;
    this.#messages.push({ role: 'user', text, images: this.#images });
    this.#images = [];
    this.#pictures();
    this.text.value = '';
    this.#grow();
    this.#draw();
    await this.#answer();
  }

  async #answer() {
    const body = this.#body();
    const message = { role: 'assistant', text: '', thoughts: '' };
    this.#messages.push(message);
    const shown = bubble(message);
    this.thread.append(shown.node);
    this.#control = new AbortController();
    this.#busy(true);
    this.#keep();
    const begin = performance.now();
    let isDrawn = true;
    const draw = () => {
      if (!isDrawn) return;
      isDrawn = false;
      requestAnimationFrame(() => {
        isDrawn = true;
        const isAtEnd = this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 80;
        shown.draw();
        if (isAtEnd) this.thread.scrollTop = this.thread.scrollHeight;
      });
    };
    try {
      for await (const event of events(await open('/chat', { method: 'POST', body, signal: this.#control.signal }))) {
        if (event.comment) write(this.status, event.comment);
        if (!event.data) continue;
        const { delta, done, done_reason, error } = JSON.parse(event.data);
        if (error) throw new Error(error.message);
        if (delta.content || delta.reasoning_content) write(this.status, '');
        message.text += delta.content ?? '';
        message.thoughts += delta.reasoning_content ?? '';
        if (done) message.end = done_reason === 'length' ? 'The answer ends at the limit of tokens.' : message.text ? `in ${duration((performance.now() - begin) / 1000)}` : 'The model answered without a word.';
        draw();
      }
      if (!message.end) throw new Error('The answer broke off.');
    } catch (error) {
      message.end = this.#control.signal.aborted ? 'Stopped.' : error.message;
      message.isFault = !this.#control.signal.aborted;
    }
    this.#control = null;
    shown.draw();
    this.#busy(false);
    this.#takeBack(message);
    this.#keep();
    if (this.isConnected && document.activeElement === document.body) this.text.focus();
  }

  /** A question without an answer goes back to where it was written, with its images: models want questions and answers in turn. */
  #takeBack(answer) {
    if (!answer || answer.text || this.#messages.at(-1) !== answer) return;
    const [question] = this.#messages.splice(-2);
    this.text.value = [question.text, this.text.value].filter(Boolean).join('\n');
    this.#images.unshift(...(question.images ?? []));
    this.#pictures();
    this.#grow();
    this.#draw();
    write(this.problem, answer.end);
    this.problem.dataset.kind = answer.isFault ? 'bad' : '';
    this.problem.hidden = false;
  }

  #busy(isBusy) {
    // The focus goes from the one button to the other, or it would be lost with the first.
    const hadFocus = document.activeElement === this.send;
    this.stop.hidden = !isBusy;
    if (hadFocus) this.stop.focus();
    this.send.hidden = isBusy;
    this.thread.setAttribute('aria-busy', String(isBusy));
    write(this.status, isBusy ? 'Waiting for the first word…' : '');
  }
}

/** A message: its text, its thoughts folded, its images, and how it ended. */
function bubble(message) {
  const text = h('div', { class: 'text' });
  const thoughts = h('pre');
  const folded = h('details', { class: 'thoughts' }, h('summary', {}, 'Thoughts'), thoughts);
  const end = h('p', { class: 'end' });
  const copy = iconButton('Copy the text', 'copy', () => navigator.clipboard?.writeText(message.text).then(() => say('Copied.')));
  const node = h('article', { class: `message ${message.role}`, 'aria-label': message.role === 'user' ? 'You' : 'Model' },
    message.images?.map((image) => h('img', { src: image.url, alt: image.name })), folded, text, h('footer', {}, end, message.role === 'assistant' && copy));
  const draw = () => {
    folded.hidden = !message.thoughts;
    write(thoughts, message.thoughts ?? '');
    fill(text, blocks(message.text));
    write(end, message.end ?? '');
    end.dataset.kind = message.isFault ? 'bad' : '';
    copy.hidden = !message.text;
  };
  draw();
  return { node, draw };
}

/** The text as paragraphs and blocks of code; nothing of it is read as HTML. */
function blocks(text) {
  return text.split(/^```[^\n]*\n?/m).map((part, index) => (index % 2 ? h('pre', { tabindex: '0' }, h('code', {}, part)) : part.trim() && h('p', {}, inline(part.trim()))));
}

const inline = (text) => text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((part, index) => (index % 2 ? (part[0] === '`' ? h('code', {}, part.slice(1, -1)) : h('strong', {}, part.slice(2, -2))) : part));

customElements.define('roost-chat', Chat);
