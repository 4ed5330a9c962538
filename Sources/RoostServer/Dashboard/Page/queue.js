// The order of the queue: the seconds of creation less ten minutes for each point of priority, as the server has it.

const step = 600;
const most = 100;

export const rankOf = (created, priority) => created - step * priority;

/**
 * Finds the priorities with which a job gets another place in the queue: either it and those before it rise, or it and those
 * behind it fall, whatever changes fewer jobs.
 *
 * @param queue The jobs in order, each with `id`, `created` (seconds) and `priority`.
 * @param from The place of the job now.
 * @param to The place that it shall have.
 * @param highest The highest priority that the visitor may give.
 * @returns The new priorities by id, or null when none are within the allowed range.
 */
export function moved(queue, from, to, highest = most) {
  const next = queue.slice();
  next.splice(to, 0, next.splice(from, 1)[0]);
  const plans = [rise(next, to, highest), fall(next, to)].filter((plan) => plan);
  return plans.sort((one, other) => one.size - other.size)[0] ?? null;
}

function rise(next, place, highest) {
  const plan = new Map();
  let limit = place + 1 < next.length ? rankOf(next[place + 1].created, next[place + 1].priority) : Infinity;
  for (let index = place; index >= 0; index--) {
    const { id, created, priority } = next[index];
    let mine = priority;
    if (rankOf(created, mine) >= limit) mine = Math.floor((created - limit) / step) + 1;
    else if (index < place) break;
    if (mine !== priority && mine > highest) return null;
    if (mine !== priority) plan.set(id, mine);
    limit = rankOf(created, mine);
  }
  return plan;
}

function fall(next, place) {
  const plan = new Map();
  let limit = place > 0 ? rankOf(next[place - 1].created, next[place - 1].priority) : -Infinity;
  for (let index = place; index < next.length; index++) {
    const { id, created, priority } = next[index];
    let mine = priority;
    if (rankOf(created, mine) <= limit) mine = Math.ceil((created - limit) / step) - 1;
    else if (index > place) break;
    if (mine < -most) return null;
    if (mine !== priority) plan.set(id, mine);
    limit = rankOf(created, mine);
  }
  return plan;
}
