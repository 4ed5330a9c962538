// Rows that can be dragged to another place: with a mouse from anywhere in a row, with a finger or a pen from its grip, so that a finger elsewhere scrolls.

const threshold = 5;
const edge = 48;
const speed = 9;

export class Dragging {
  /** The item that is dragged. */
  item = null;
  /** The item whose place it would get. */
  over = null;
  /** Whether it would come after that one, because it comes from before it. */
  isAfter = false;
  #rows;
  #isMovable;
  #drop;
  #start = null;
  #y = 0;

  /** Lets the movable items of a list be dragged; `drop` is called with an item and the one whose place it gets. */
  constructor(rows, isMovable, drop) {
    [this.#rows, this.#isMovable, this.#drop] = [rows, isMovable, drop];
    rows.addEventListener('pointerdown', (event) => this.#press(event));
    rows.addEventListener('pointermove', (event) => this.#move(event));
    rows.addEventListener('pointerup', (event) => this.#release(event));
    rows.addEventListener('pointercancel', () => this.cancel());
    rows.addEventListener('selectstart', (event) => { if (this.#start) event.preventDefault(); });
  }

  /** Lets go; nothing moves. Returns whether something was dragged. */
  cancel() {
    const was = this.item;
    [this.#start, this.item, this.over] = [null, null, null];
    this.#rows.classList.remove('dragging');
    if (was) this.#rows.draw();
    return was != null;
  }

  #press(event) {
    const row = event.target.closest('[role=row]');
    if (event.button !== 0 || !row?.item || !this.#isMovable(row.item) || event.target.closest('button, a')) return;
    if (event.pointerType === 'mouse' || event.target.closest('.grip')) this.#start = { item: row.item, y: event.clientY, pointer: event.pointerId };
  }

  #move(event) {
    if (event.pointerId !== this.#start?.pointer) return;
    this.#y = event.clientY;
    if (!this.item) {
      if (Math.abs(this.#y - this.#start.y) < threshold) return;
      this.item = this.#start.item;
      this.#rows.setPointerCapture(event.pointerId);
      this.#rows.classList.add('dragging');
      this.#scroll();
    }
    this.#look();
  }

  #look() {
    const place = (item) => this.#rows.items.findIndex((other) => other.id === item.id);
    const item = this.#rows.itemAt(this.#y);
    this.over = item && item.id !== this.item.id && this.#isMovable(item) ? item : null;
    this.isAfter = this.over != null && place(this.item) < place(this.over);
    this.#rows.draw();
  }

  /** Near its edges the list moves under the pointer. */
  #scroll() {
    if (!this.item) return;
    const { top, bottom } = this.#rows.getBoundingClientRect();
    const by = this.#y < top + edge ? -speed : this.#y > bottom - edge ? speed : 0;
    if (by) {
      this.#rows.scrollTop += by;
      this.#look();
    }
    requestAnimationFrame(() => this.#scroll());
  }

  #release(event) {
    if (event.pointerId !== this.#start?.pointer) return;
    const [item, over] = [this.item, this.over];
    if (!this.cancel()) return;
    // The click that ends a drag opens nothing.
    const swallow = (click) => click.stopPropagation();
    this.#rows.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => this.#rows.removeEventListener('click', swallow, { capture: true }));
    if (over) this.#drop(item, over);
  }
}
