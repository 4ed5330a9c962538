// A list of which only the visible rows are elements, so that ten thousand rows scroll like ten.

import { h } from './dom.js';

const spare = 4;

class Rows extends HTMLElement {
  items = [];
  /** The height of a row in pixels. */
  height = 64;
  /** Makes a row's element, once. */
  make = () => h('div');
  /** Shows an item in a row's element. */
  show = () => {};
  /** The identity of an item. */
  key = (item) => item.id;
  /** Called with an item that was chosen. */
  choose = () => {};
  /** Called for other keys in a row; returns whether the key was used. */
  press = () => false;

  #space = h('div', { class: 'space', role: 'presentation' });
  #pool = [];
  #active = null;
  #size = null;

  connectedCallback() {
    if (!this.#space.isConnected) {
      this.setAttribute('role', 'grid');
      this.append(this.#space);
      this.addEventListener('scroll', () => this.draw(), { passive: true });
      this.addEventListener('keydown', (event) => this.#key(event));
      this.addEventListener('focusin', (event) => {
        const row = event.target.closest('[role=row]');
        if (row?.item) this.#activate(this.key(row.item));
      });
    }
    this.#size = new ResizeObserver(() => this.draw());
    this.#size.observe(this);
  }

  disconnectedCallback() { this.#size.disconnect(); }

  /** Shows other items; what is at the top of the view, and the focus, stay where they are. */
  set(items) {
    this.items = items;
    this.setAttribute('aria-rowcount', String(items.length));
    this.#space.style.height = `${items.length * this.height}px`;
    if (this.#index() < 0) this.#active = items.length ? this.key(items[0]) : null;
    this.draw();
  }

  /** Moves the focus to an item. */
  focusOn(key) {
    const index = this.items.findIndex((item) => this.key(item) === key);
    if (index >= 0) this.#go(index);
  }

  get activeItem() { return this.items[this.#index()]; }

  #index() { return this.items.findIndex((item) => this.key(item) === this.#active); }

  #activate(key) {
    this.#active = key;
    for (const row of this.#pool) this.#mark(row);
  }

  #mark(row) {
    const isActive = row.item != null && this.key(row.item) === this.#active;
    row.tabIndex = isActive ? 0 : -1;
    for (const inner of row.querySelectorAll('button')) inner.tabIndex = isActive ? 0 : -1;
  }

  /** Returns the item at a height of the window; undefined where none is. */
  itemAt(y) { return this.items[Math.floor((y - this.getBoundingClientRect().top + this.scrollTop) / this.height)]; }

  /** Shows the visible items as they are now. */
  draw() {
    const { scrollTop, clientHeight } = this;
    const first = Math.max(0, Math.floor(scrollTop / this.height) - spare);
    const last = Math.min(this.items.length, Math.ceil((scrollTop + clientHeight) / this.height) + spare);
    // A row keeps its item while that is seen, so the focus and what the pointer holds stay in their element.
    const free = [];
    const shown = new Map();
    const wanted = new Map();
    for (let index = first; index < last; index++) wanted.set(this.key(this.items[index]), index);
    // So does the row with the focus when it is out of sight, or its element would show another item and still have the focus.
    const focused = this.#pool.find((row) => row.item != null && row.contains(document.activeElement));
    const place = focused ? this.items.findIndex((item) => this.key(item) === this.key(focused.item)) : -1;
    if (place >= 0) wanted.set(this.key(focused.item), place);
    for (const row of this.#pool) {
      const key = row.item == null ? null : this.key(row.item);
      if (key != null && wanted.has(key)) shown.set(key, row);
      else free.push(row);
    }
    for (const [key, index] of wanted) {
      let row = shown.get(key) ?? free.pop();
      if (!row) {
        row = this.make();
        row.setAttribute('role', 'row');
        row.addEventListener('click', (event) => {
          if (!event.target.closest('button, a, input')) this.choose(row.item);
        });
        this.#space.append(row);
        this.#pool.push(row);
      }
      row.hidden = false;
      row.item = this.items[index];
      row.index = index;
      row.setAttribute('aria-rowindex', String(index + 1));
      row.style.transform = `translateY(${index * this.height}px)`;
      this.show(row, row.item, index);
      this.#mark(row);
    }
    for (const row of free) {
      // The element with the focus stays, or the keyboard would lose its place.
      row.hidden = true;
      row.item = null;
    }
  }

  #go(index) {
    const place = Math.max(0, Math.min(this.items.length - 1, index));
    if (!this.items.length) return;
    this.#active = this.key(this.items[place]);
    const [top, bottom] = [place * this.height, (place + 1) * this.height];
    if (top < this.scrollTop) this.scrollTop = top;
    else if (bottom > this.scrollTop + this.clientHeight) this.scrollTop = bottom - this.clientHeight;
    this.draw();
    this.#pool.find((row) => row.item && this.key(row.item) === this.#active)?.focus({ preventScroll: true });
  }

  #key(event) {
    const row = event.target.closest('[role=row]');
    if (row?.item) this.#activate(this.key(row.item));
    const item = this.activeItem;
    if (!item || event.target.closest('input, select')) return;
    const page = Math.max(1, Math.floor(this.clientHeight / this.height) - 1);
    const index = this.#index();
    const places = { ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + page, PageUp: index - page, Home: 0, End: this.items.length - 1 };
    if (this.press(event, item)) event.preventDefault();
    else if (event.altKey || event.ctrlKey || event.metaKey) return;
    else if (event.key in places) {
      event.preventDefault();
      this.#go(places[event.key]);
    } else if (event.key === 'Enter' && event.target.getAttribute('role') === 'row') {
      event.preventDefault();
      this.choose(item);
    }
  }
}

customElements.define('roost-rows', Rows);
