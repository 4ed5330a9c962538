// Runs before the page's own scripts: notes when the first rows are there, when rows change, and what the browser complains of.
window.watch = { reports: [], tasks: [], changes: [] };
document.addEventListener('securitypolicyviolation', (event) => window.watch.reports.push(`${event.violatedDirective} ${event.blockedURI}`));
new PerformanceObserver((list) => window.watch.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask', buffered: true });

// Interactive: a row has been painted, and the main thread has taken a further task.
window.watch.interactive = new Promise((done) => {
  const look = () => {
    if (!document.querySelector('roost-rows:not([hidden]) [role=row]:not([hidden]) .name')?.textContent) return void requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  };
  requestAnimationFrame(look);
});

// Each other text of a row, with the time of day at which it is there.
window.watch.rows = () => new MutationObserver((records) => {
  const time = performance.timeOrigin + performance.now();
  for (const row of new Set(records.map(({ target }) => (target.closest ? target : target.parentElement)?.closest('[role=row]')))) {
    if (row?.item) window.watch.changes.push({ id: row.item.id, text: row.querySelector('.line').textContent, time });
  }
}).observe(document.querySelector('roost-rows'), { subtree: true, childList: true, characterData: true });

// Scrolls from the top to the end, and tells the milliseconds between the frames.
window.watch.scroll = async (seconds) => {
  const rows = document.querySelector('roost-rows');
  rows.scrollTop = 0;
  await new Promise((done) => setTimeout(done, 300));
  window.watch.tasks.length = 0;
  const [begin, times] = [performance.now(), []];
  while (performance.now() - begin < 1000 * seconds) {
    rows.scrollTop = (rows.scrollHeight - rows.clientHeight) * (performance.now() - begin) / (1000 * seconds);
    times.push(await new Promise(requestAnimationFrame));
  }
  await new Promise((done) => setTimeout(done, 300));
  return { frames: times.slice(1).map((time, index) => time - times[index]), longest: Math.max(0, ...window.watch.tasks) };
};
