// All jobs, as the server has them: a list, and then the events of the one stream. A line that was lost, and a tab that was hidden, miss
// nothing, because the stream goes on after the last event that was seen.

import { ask, events, firstJobs, open, patience, post } from './api.js';
import { whileVisible } from './live.js';
import { rankOf } from './queue.js';

const most = 10_000;
/** The rows that are seen first are asked for alone, as `firstJobs` are. */
const firstPage = 50;
const pageSize = 1000;
/** The milliseconds between two readings of jobs that have changed. */
const pause = 60;
/** The milliseconds after which a stream that opens again has the list read again: jobs that were deleted meanwhile are told no more. */
const longest = 300_000;

/** Whether a job is in the queue and may begin: one that is paused, or that has to wait for its time, has no place there. */
export const isQueued = (job) => job?.status === 'queued' && !job.stage && !(job.starts > Date.now());

class Jobs extends EventTarget {
  all = new Map();
  isLoaded = false;
  fault = null;
  /** Counts changes of the set and the order; progress alone does not count. */
  version = 0;
  #users = 0;
  #end = null;
  #last = null;
  #stale = new Set();
  #timer = null;
  #isReading = false;
  #lastReading = 0;
  #lastLoad = 0;
  #isTold = false;
  #first = firstJobs;

  /** Keeps the jobs up to date until what it returns is called. */
  use() {
    if (this.#users++ === 0) this.#end = whileVisible(() => this.#follow());
    return () => {
      if (--this.#users === 0) this.#end();
    };
  }

  /** Forgets everything, for another visitor. */
  clear() {
    this.all.clear();
    this.#stale.clear();
    [this.isLoaded, this.#last, this.fault, this.#first] = [false, null, null, null];
    this.#tell();
  }

  /** Takes a job as an answer has it. */
  take(job) {
    const before = this.all.get(job.id);
    job.created = Date.parse(job.created_at) / 1000;
    job.starts = job.run_after ? Date.parse(job.run_after) : 0;
    this.all.set(job.id, job);
    if (!before || before.status !== job.status || before.stage !== job.stage || before.priority !== job.priority) this.version++;
    this.#tell();
  }

  drop(id) {
    if (this.all.delete(id)) this.version++;
    this.#tell();
  }

  /** The queued jobs that may begin, in the order in which they do. */
  queue() {
    return [...this.all.values()].filter(isQueued)
      .sort((one, other) => rankOf(one.created, one.priority) - rankOf(other.created, other.priority));
  }

  /** Running jobs, then the queue, then those that wait or are paused, then the finished ones, the newest first. */
  sorted() {
    const groups = { running: [], waiting: [], finished: [] };
    for (const job of this.all.values()) {
      if (job.status === 'running') groups.running.push(job);
      else if (job.status !== 'queued') groups.finished.push(job);
      else if (!isQueued(job)) groups.waiting.push(job);
    }
    const newest = (one, other) => other.created - one.created;
    return [...groups.running.sort(newest).reverse(), ...this.queue(), ...groups.waiting.sort(newest), ...groups.finished.sort(newest)];
  }

  /** Reads the newest jobs. */
  async load(signal) {
    let path = `/jobs?limit=${firstPage}`;
    const before = [...this.all.keys()];
    const seen = new Set();
    while (path && seen.size < most) {
      const response = await open(path, { signal });
      for (const job of await response.json()) {
        seen.add(job.id);
        this.take(job);
      }
      path = response.headers.get('Link')?.match(/<([^>]+)>; rel="next"/)?.[1].replace(`limit=${firstPage}&`, `limit=${pageSize}&`);
    }
    for (const id of before) if (!seen.has(id)) this.drop(id);
    this.isLoaded = true;
    this.#lastLoad = Date.now();
    this.#fail(null);
  }

  #follow() {
    const control = new AbortController();
    this.#stream(control.signal);
    this.#plan();
    return () => {
      control.abort();
      clearTimeout(this.#timer);
      this.#timer = null;
    };
  }

  /** Shows the first rows while the stream still opens; after that the list is read again. */
  async #glance(signal) {
    const newest = (await this.#first) ?? (await ask(`/jobs?limit=${firstPage}`, { signal }));
    if (signal.aborted) return;
    this.#first = null;
    for (const job of newest) if (!this.all.has(job.id)) this.take(job);
  }

  async #stream(signal) {
    // What goes wrong here goes wrong with the stream too, and is shown then.
    if (!this.isLoaded) this.#glance(signal).catch(() => {});
    while (!signal.aborted) {
      try {
        const headers = this.#last == null ? {} : { 'Last-Event-ID': this.#last };
        for await (const event of events(await open('/jobs/events', { headers, signal }), patience)) {
          // The first event has only a number, the one that the stream begins after: the list is read after it. A smaller number than before
          // is of an older jobs.db, or of one from which jobs were deleted.
          const isOld = event.id && !event.data && (Number(event.id) < this.#last || Date.now() - this.#lastLoad > longest);
          if (!this.isLoaded || isOld) await this.load(signal);
          if (this.fault) this.#fail(null);
          if (event.id) this.#last = event.id;
          if (event.event === 'progress') this.take(JSON.parse(event.data));
          else if (event.event === 'deleted') this.drop(JSON.parse(event.data).job_id);
          else if (event.event === 'pruned') await this.load(signal);
          else if (event.data) this.#note(JSON.parse(event.data));
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#fail(error);
        if (error.status === 401 || error.status === 403) return;
      }
      await new Promise((done) => setTimeout(done, 1000));
    }
  }

  #note(event) {
    const job = this.all.get(event.job_id);
    if (job) this.take({ ...job, status: event.status, stage: event.stage ?? null });
    // What an event does not tell is read from the job itself, many at a time.
    this.#stale.add(event.job_id);
    this.#plan();
  }

  /** The first change is read at once, and those that follow closely together. */
  #plan(wait = Math.max(0, this.#lastReading + pause - performance.now())) {
    if (this.#stale.size && !this.#isReading) this.#timer ??= setTimeout(() => this.#read(), wait);
  }

  async #read() {
    [this.#timer, this.#isReading, this.#lastReading] = [null, true, performance.now()];
    const ids = [...this.#stale];
    this.#stale.clear();
    let wait;
    try {
      if (ids.length > Math.max(30, this.all.size / 50)) await this.load();
      else await Promise.all(ids.map((id) => this.refresh(id)));
    } catch (error) {
      if (error.status !== 401 && error.status !== 403) for (const id of ids) this.#stale.add(id);
      this.#fail(error);
      wait = 1000;
    }
    this.#isReading = false;
    if (this.#users && !document.hidden) this.#plan(wait);
  }

  /** Changes a job, and takes it as the answer has it. One that is not there any more is dropped. */
  async change(id, action, body) {
    try {
      this.take(await post(`/jobs/${id}/${action}`, body));
    } catch (error) {
      if (error.status === 404) this.drop(id);
      throw error;
    }
  }

  /** Reads a job again. */
  async refresh(id) {
    try {
      this.take(await ask(`/jobs/${encodeURIComponent(id)}`));
    } catch (error) {
      if (error.status !== 404) throw error;
      this.drop(id);
    }
  }

  #fail(error) {
    this.fault = error;
    this.#tell();
  }

  #tell() {
    if (this.#isTold) return;
    this.#isTold = true;
    requestAnimationFrame(() => {
      this.#isTold = false;
      this.dispatchEvent(new Event('change'));
    });
  }
}

export const jobs = new Jobs();
