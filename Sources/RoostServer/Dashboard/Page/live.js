// Work that goes on only while the page is seen: a hidden tab has no timer and no stream.

/** Calls `start` while the page is visible; what it returns stops the work. Returns what ends all of it. */
export function whileVisible(start) {
  let stop = null;
  const look = () => {
    if (document.hidden) {
      stop?.();
      stop = null;
    } else stop ??= start() ?? (() => {});
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    stop?.();
    stop = null;
  };
}

/** Does some work now and again after each pause, while the page is visible. */
export function every(seconds, work) {
  return whileVisible(() => {
    const control = new AbortController();
    let timer;
    const turn = async () => {
      try {
        await work(control.signal);
      } finally {
        if (!control.signal.aborted) timer = setTimeout(turn, 1000 * seconds);
      }
    };
    turn();
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  });
}

/** The base of the views: what is live in one ends when it is left. */
export class View extends HTMLElement {
  #ends = [];

  /** Ends something when the view is left. */
  until(end) { this.#ends.push(end); }

  /** Asks again after each pause while the view is seen, and shows why that fails. */
  watch(seconds, work) {
    this.until(every(seconds, async (signal) => {
      try {
        await work(signal);
        this.fault?.remove();
        this.fault = null;
      } catch (error) {
        if (signal.aborted || error.status === 401) return;
        this.fault?.remove();
        this.fault = document.createElement('p');
        this.fault.className = 'fault';
        this.fault.setAttribute('role', 'status');
        this.fault.textContent = error.message;
        this.prepend(this.fault);
      }
    }));
  }

  connectedCallback() { this.show(); }

  disconnectedCallback() {
    for (const end of this.#ends.splice(0)) end();
  }
}
