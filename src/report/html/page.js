// Slides, blinks and follows a click. Without it the page shows both photos side by side and opens
// close-ups by plain links. No text stands here.
(() => {
  'use strict';
  document.documentElement.classList.add('js');
  const find = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const viewer = find('#viewer');

  if (viewer) {
    const stage = find('.stage', viewer);
    const box = find('svg', stage).viewBox.baseVal;
    for (const part of [stage, find('.wipe', viewer)]) {
      if (part) part.style.setProperty('--ratio', box.width / Math.max(1, box.height));
    }
    slide(viewer, stage);
    blink(viewer, stage);
    choose(viewer, stage);
    follow(viewer);
  }
  sortTables();
  // Of a chart too wide for the screen the latest visit is seen first.
  for (const chart of all('.wide > svg')) {
    chart.parentElement.scrollLeft = chart.parentElement.scrollWidth;
  }

  function slide(viewer, stage) {
    const wipe = find('#wipe', viewer);
    const handle = find('.handle', viewer);
    if (!wipe || !handle) return;
    find('#mode-slider', viewer).checked = true;
    const show = () => stage.style.setProperty('--at', wipe.value + '%');
    wipe.addEventListener('input', show);
    show();
    const drag = (event) => {
      const { left, width } = stage.getBoundingClientRect();
      wipe.value = Math.round((100 * (event.clientX - left)) / width);
      show();
    };
    handle.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      handle.addEventListener('pointermove', drag);
    });
    for (const end of ['pointerup', 'pointercancel']) {
      handle.addEventListener(end, () => handle.removeEventListener('pointermove', drag));
    }
  }

  function blink(viewer, stage) {
    const pause = find('#pause', viewer);
    if (!pause) return;
    // Slow enough to look, far from the three flashes a second that can harm.
    const PERIOD_MS = 900;
    const on = find('#mode-blink', viewer);
    let paused = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const say = () => pause.setAttribute('aria-pressed', paused);
    say();
    const swap = () => stage.classList.toggle('swapped');
    setInterval(() => on.checked && !paused && !document.hidden && swap(), PERIOD_MS);
    pause.addEventListener('click', () => { paused = !paused; say(); });
    find('#swap', viewer).addEventListener('click', () => { paused = true; say(); swap(); });
  }

  // Which visit lies over the first photo.
  function choose(viewer, stage) {
    const pick = find('#visit', viewer);
    if (!pick) return;
    const visits = all('[data-visit]', stage);
    const caption = find('.after figcaption', stage);
    const said = find('#visit-date', viewer);
    const show = () => {
      visits.forEach((visit) => { visit.style.display = visit.dataset.visit === pick.value ? 'inline' : 'none'; });
      caption.textContent = visits.find((visit) => visit.dataset.visit === pick.value && visit.dataset.name).dataset.name;
      if (said) said.textContent = caption.textContent;
      pick.setAttribute('aria-valuetext', caption.textContent);
    };
    pick.addEventListener('input', show);
    show();
  }

  // The scar that the address names is marked in the pictures and in the table.
  function follow(viewer) {
    const mark = () => {
      const id = (location.hash.match(/^#scar-(\d+)$/) || [])[1];
      all('[data-scar]').forEach((e) => e.classList.toggle('chosen', e.dataset.scar === id));
      const close = id && document.getElementById('scar-' + id);
      if (close) close.focus({ preventScroll: true });
      return close;
    };
    addEventListener('hashchange', mark);
    mark();
    document.addEventListener('click', (event) => {
      const link = event.target.closest('a[href^="#scar-"], g[data-scar]');
      const panel = find('.panel', viewer);
      if (!link) return;
      const to = link.getAttribute('href') || '#scar-' + link.dataset.scar;
      event.preventDefault();
      if (!panel) { location.hash = to; return; }
      // Opened in its place: the picture under the pointer stays where it is.
      const y = scrollY;
      location.hash = to;
      scrollTo({ top: y, behavior: 'instant' });
      if (link.closest('table')) viewer.scrollIntoView();
      else if (panel.getBoundingClientRect().top > innerHeight - 200) panel.scrollIntoView();
    });
  }

  // Tables with `data-sort` heads are sorted by a press, those with a filter field show what fits.
  function sortTables() {
    for (const button of all('th button[data-sort]')) {
      button.addEventListener('click', () => {
        const head = button.closest('th');
        const body = find('tbody', head.closest('table'));
        const column = [...head.parentElement.children].indexOf(head);
        const down = head.getAttribute('aria-sort') === 'ascending';
        all('th[aria-sort]', head.parentElement).forEach((h) => h.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const key = (row) => row.children[column].dataset.key;
        const order = (a, b) => {
          const [x, y] = [key(a), key(b)];
          // What is unknown stands last either way.
          if (!x || !y) return (x ? 0 : 1) - (y ? 0 : 1);
          const sign = button.dataset.sort === 'number' ? x - y : x.localeCompare(y);
          return down ? -sign : sign;
        };
        body.append(...[...body.children].sort(order));
      });
    }
    const filters = all('[data-filter]');
    const apply = () => {
      for (const row of all('tr[data-words]')) {
        row.hidden = !filters.every((f) => !f.value || row.dataset.words.toLowerCase().includes(f.value.toLowerCase()));
      }
      const shown = find('#shown');
      if (shown) shown.textContent = all('tr[data-words]').filter((r) => !r.hidden).length;
    };
    filters.forEach((f) => f.addEventListener('input', apply));
  }
})();
