// Asks the server. The key that a person has logged in with is in two halves: one here, the other in a cookie that no script can read.

const place = 'roost.half';

export const memory = {
  get half() { return localStorage.getItem(place); },
  set half(value) { value == null ? localStorage.removeItem(place) : localStorage.setItem(place, value); },
};

/** Who uses the page, and what they may do. */
export const visitor = { scopes: [], key: null, version: null, needs_key: true };
export const can = (...scopes) => scopes.some((scope) => visitor.scopes.includes(scope)) || visitor.scopes.includes('admin');

/** An answer that says what is wrong. */
class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.error?.message ?? `The server answered with the status ${status}.`);
    [this.status, this.code, this.field] = [status, body?.code, body?.field];
  }
}

/** Sends a request and returns the response when it is a success. */
export async function open(path, { method = 'GET', body, headers = {}, signal } = {}) {
  const sent = { ...headers };
  if (memory.half) sent['X-Roost-Page'] = memory.half;
  if (body !== undefined) sent['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers: sent, signal, body: body === undefined ? undefined : JSON.stringify(body), credentials: 'same-origin', cache: 'no-store' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, { detail: 'The server does not answer. Is it running?' });
  }
  if (response.ok) return response;
  const problem = new Problem(response.status, await response.json().catch(() => null));
  if (response.status === 401 && path !== '/page/login') document.dispatchEvent(new CustomEvent('roost-stranger', { detail: problem.message }));
  throw problem;
}

/** Sends a request and returns the JSON of the answer; null without one. */
export async function ask(path, options) {
  const response = await open(path, options);
  return response.status === 204 ? null : response.json();
}

export const post = (path, body = {}, options = {}) => ask(path, { method: 'POST', body, ...options });

/** Who uses the page: asked at once, while the other modules are still on their way. */
export const arrival = ask('/page/me');
arrival.catch(() => {});

/** The newest pulls, if the page is opened with them: on their way before it is drawn, so the first picture has them. Null otherwise. */
export const firstJobs = arrival.then(({ needs_key }) => (needs_key || !/^(#\/?(pulls.*)?)?$/.test(location.hash) ? null : ask('/jobs?limit=50')));
firstJobs.catch(() => {});

/** The path of a model: its slashes stay, and all else is encoded. */
export const modelPath = (name, tail = '') => `/models/${name.split('/').map(encodeURIComponent).join('/')}${tail}`;

async function* pieces(response, patience) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let timer;
  try {
    for (;;) {
      timer = patience && setTimeout(() => reader.cancel().catch(() => {}), 1000 * patience);
      const { value, done } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      yield value;
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

/** The values of an answer with a JSON text on each line. */
export async function* lines(response) {
  let rest = '';
  for await (const piece of pieces(response)) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop();
    for (const part of parts) if (part.trim()) yield JSON.parse(part);
  }
  if (rest.trim()) yield JSON.parse(rest);
}

/** The seconds without a byte after which the connection of a stream of jobs is lost: the server sends something every 15 seconds. */
export const patience = 45;

/** The server-sent events of an answer: `id`, `event`, `data`, and `comment` for those between them. They end when nothing comes for `seconds`, if given. */
export async function* events(response, seconds) {
  let rest = '';
  for await (const piece of pieces(response, seconds)) {
    const parts = (rest + piece).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const event = { event: 'message', data: '' };
      for (const line of part.split('\n')) {
        const colon = line.indexOf(':');
        const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
        if (name === '') event.comment = value;
        else if (name === 'data') event.data += (event.data && '\n') + value;
        else event[name] = value;
      }
      yield event;
    }
  }
}
