// A conversation with a model of this machine. It stays in this tab, and is gone with it.

import { ask, events, open } from './api.js';
import { button, empty, field, fill, h, icon, iconButton, write } from './dom.js';
import { duration } from './format.js';
import { View } from './live.js';
import { say } from './notes.js';

const place = 'roost.chat';
const mostImages = 4;
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
    const kept = JSON.parse(sessionStorage.getItem(place) ?? '{}');
    this.#messages = kept.messages ?? [];
    this.model = h('select', { 'aria-label': 'Model' });
    this.thread = h('div', { class: 'thread', role: 'log', 'aria-label': 'Conversation', tabindex: '0' });
    this.text = h('textarea', { rows: '2', 'aria-label': 'Message', placeholder: 'Message', onkeydown: (event) => this.#key(event), oninput: () => this.#grow() });
    this.file = h('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif,image/bmp', multiple: true, hidden: true, onchange: () => this.#attach([...this.file.files]) });
    this.pictures = h('div', { class: 'pictures' });
    this.send = h('button', { type: 'submit', class: 'primary' }, icon('send'), 'Send');
    this.stop = button('Stop', () => this.#control?.abort(), { mark: 'stop', hidden: true });
    this.status = h('p', { class: 'hint', role: 'status' });
    this.system = h('textarea', { rows: '3', value: kept.system ?? '' });
    this.fields = sampling.map(([name, label, least, most, step, usual]) =>
      [name, h('input', { type: 'number', min: String(least), max: String(most), step: String(step), placeholder: usual || 'the model’s', value: kept.options?.[name] ?? '' }), label]);
    const options = h('details', { class: 'options' }, h('summary', {}, 'System prompt and sampling'), field('System prompt', this.system),
      h('div', { class: 'grid' }, this.fields.map(([, input, label]) => field(label, input))));
    fill(this, h('header', { class: 'top' }, h('h1', {}, 'Chat'), this.model, button('New chat', () => this.#clear(), { mark: 'add' })), options, this.thread,
      h('form', { class: 'composer', onsubmit: (event) => {
        event.preventDefault();
        this.#ask();
      } }, this.pictures, this.text, h('div', { class: 'actions' }, this.file, iconButton('Add an image', 'image', () => this.file.click()), this.status, this.stop, this.send)));
    this.addEventListener('paste', (event) => this.#attach([...event.clipboardData.files].filter((file) => file.type.startsWith('image/'))));
    this.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.#control?.abort(); });
    this.until(() => this.#control?.abort());
    this.#models(kept.model);
    this.#draw();
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

  #attach(files) {
    this.file.value = '';
    for (const file of files) {
      if (this.#images.length >= mostImages) say(`A message has at most ${mostImages} images.`, 'bad');
      else if (file.size > mostImageBytes) say(`${file.name} is larger than 20 MiB.`, 'bad');
      else {
        const reader = new FileReader();
        reader.onload = () => {
          this.#images.push({ name: file.name, url: reader.result });
          this.#pictures();
        };
        reader.readAsDataURL(file);
      }
    }
  }

  #pictures() {
    fill(this.pictures, this.#images.map((image) => h('figure', {}, h('img', { src: image.url, alt: image.name }), iconButton(`Remove ${image.name}`, 'cancel', () => {
      this.#images = this.#images.filter((other) => other !== image);
      this.#pictures();
    }))));
  }

  #clear() {
    this.#control?.abort();
    this.#messages = [];
    this.#images = [];
    this.#pictures();
    this.#draw();
    this.#keep();
    this.text.focus();
  }

  #draw() {
    fill(this.thread, this.#messages.length ? this.#messages.map((message) => bubble(message).node) : empty('Ask something', 'The conversation stays in this tab. Enter sends, Shift+Enter begins a line.'));
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  /** Texts are kept for a reload of this tab, and images are not. */
  #keep() {
    const messages = this.#messages.map(({ role, text, thoughts, end }) => ({ role, text, thoughts, end }));
    const options = Object.fromEntries(this.fields.map(([name, input]) => [name, input.value]));
    try {
      sessionStorage.setItem(place, JSON.stringify({ messages, model: this.model.value, system: this.system.value, options }));
    } catch {
      sessionStorage.removeItem(place);
    }
  }

  #body() {
    const messages = this.#messages.filter((message) => message.role === 'user' || message.text).map(({ role, text, images }) => ({
      role, content: images?.length ? [{ type: 'text', text }, ...images.map(({ url }) => ({ type: 'image_url', image_url: { url } }))] : text,
    }));
    if (this.system.value.trim()) messages.unshift({ role: 'system', content: this.system.value });
    const options = Object.fromEntries(this.fields.filter(([, input]) => input.value !== '').map(([name, input]) => [name, Number(input.value)]));
    return { model: this.model.value, messages, stream: true, timeout: 600, ...options };
  }

  async #ask() {
    const text = this.text.value.trim();
    if (this.#control || !this.model.value || (!text && !this.#images.length)) return;
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
        if (done) message.end = done_reason === 'length' ? 'The answer ends at the limit of tokens.' : `in ${duration((performance.now() - begin) / 1000)}`;
        draw();
      }
    } catch (error) {
      message.end = this.#control.signal.aborted ? 'Stopped.' : error.message;
      message.isFault = !this.#control.signal.aborted;
    }
    this.#control = null;
    shown.draw();
    this.#busy(false);
    this.#keep();
    if (this.isConnected && document.activeElement === document.body) this.text.focus();
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
