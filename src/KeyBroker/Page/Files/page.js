'use strict';
// Reads the administration API with the session's cookie, and shows it. Texts become text nodes only: nothing is ever parsed as HTML.

const api = '/api/v1/';
const perPage = 50;
const main = document.getElementById('main');
const nav = document.getElementById('nav');
const find = document.getElementById('find');
const leave = document.getElementById('leave');
const said = document.getElementById('said');

class Refused extends Error {
  constructor(status, message, hint) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

// el('td', {class: 'time'}, 'text', child...)
function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) if (value !== undefined && value !== null) made.setAttribute(key, value);
  made.append(...children.filter(c => c !== null && c !== undefined));
  return made;
}

async function read(path, query) {
  const members = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  const answer = await fetch(api + path + (members.length ? '?' + new URLSearchParams(members) : ''), { headers: { Accept: 'application/json' }, cache: 'no-store' });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, body?.error?.message ?? `the broker answers ${answer.status}`, body?.error?.hint);
  return body;
}

const shown = value => typeof value === 'string' ? value : JSON.stringify(value);
const time = text => text ? el('time', { datetime: text, title: text }, text.replace('T', ' ').replace(/(\.\d+)?Z$/, '')) : '–';
const link = (to, text, kind) => el('a', { href: '#/' + to, class: kind }, text);
const requestLink = id => link('request/' + encodeURIComponent(id), id, 'mono');

// The sign and the word say what the colour says.
function mark(kind, word) {
  return el('span', { class: 'mark ' + kind }, el('span', { 'aria-hidden': 'true' }, { good: '✓', bad: '✗', fair: '!' }[kind]), word);
}
const outcome = word => mark({ allowed: 'good', denied: 'bad' }[word] ?? 'fair', word);
const hostState = word => mark({ approved: 'good', revoked: 'bad' }[word] ?? 'fair', word);
const holds = yes => yes === true ? mark('good', 'holds') : yes === false ? mark('bad', 'does not hold') : mark('fair', 'cannot be said');

function table(caption, columns, rows, none) {
  if (!rows.length) return el('p', { class: 'soft' }, none);
  return el('div', { class: 'scroll', role: 'region', 'aria-label': caption, tabindex: '0' }, el('table', {},
    el('caption', {}, caption),
    el('thead', {}, el('tr', {}, ...columns.map(([name, kind]) => el('th', { scope: 'col', class: kind }, name)))),
    el('tbody', {}, ...rows.map(cells => el('tr', {}, ...cells.map((cell, i) => el(i === 0 ? 'th' : 'td', { class: columns[i][1], scope: i === 0 ? 'row' : undefined }, cell ?? '–')))))));
}

function facts(pairs) {
  return el('dl', {}, ...pairs.filter(([, value]) => value !== undefined && value !== null && value !== '').flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value instanceof Node ? value : shown(value))]));
}

function select(label, name, value, options) {
  const list = el('select', { name }, ...options.map(([of, text]) => {
    const option = el('option', { value: of }, text);
    option.selected = of === value;
    return option;
  }));
  return el('label', {}, label, list);
}

// The next page begins behind the last key of this one; the way back is the browser's.
function pages(view, query, rows, key) {
  const links = [];
  if (query.after) links.push(link(view + suffix({ ...query, after: '' }), 'First page'));
  if (rows.length === perPage) links.push(link(view + suffix({ ...query, after: key(rows.at(-1)) }), 'Next page'));
  return links.length ? el('nav', { class: 'pages', 'aria-label': 'Pages' }, ...links) : null;
}
function suffix(query) {
  const members = Object.entries(query).filter(([, value]) => value);
  return members.length ? '?' + new URLSearchParams(members) : '';
}
const cursor = entry => `${entry.writer}/${String(entry.seq).padStart(16, '0')}`;

function entries(caption, list, none) {
  return table(caption, [['Time (UTC)', 'time'], ['Outcome'], ['What'], ['Subject'], ['By'], ['Reason'], ['Request']],
    list.map(e => [time(e.time), outcome(e.outcome), e.action, subject(e), actor(e), e.reason, requestLink(e.request_id)]), none);
}
const isHost = id => /^[0-9a-f]{32}$|^host-/.test(id);
const subject = e => e.subject ? el('span', { class: 'mono' }, e.subject) : null;
const actor = e => e.actor ? (e.action === 'attest' || e.action === 'resource.release') && isHost(e.actor) ? link('host/' + encodeURIComponent(e.actor), e.actor, 'mono') : el('span', { class: 'mono' }, e.actor) : null;

const views = {
  async decisions(_, query) {
    const of = query.of ?? 'resource.release';
    const list = await read('audit', { newest: 'true', most: perPage, after: query.after, action: of === 'all' ? '' : of, outcome: query.outcome });
    const form = el('form', { class: 'filters', 'aria-label': 'Filter' },
      select('Show', 'of', of, [['resource.release', 'releases'], ['attest', 'attestations'], ['host.', 'changes of hosts'], ['policy.', 'changes of policies'], ['resource.', 'all about resources'], ['all', 'everything']]),
      select('Outcome', 'outcome', query.outcome ?? '', [['', 'any'], ['allowed', 'allowed'], ['denied', 'denied'], ['failed', 'failed']]));
    form.addEventListener('change', () => { location.hash = '#/decisions' + suffix(Object.fromEntries(new FormData(form))); });
    form.addEventListener('submit', e => e.preventDefault());
    return ['Decisions', form, entries('Decisions, the newest first', list, 'Nothing was decided yet that fits.'), pages('decisions', query, list, cursor)];
  },

  async request(id) {
    const found = await read('audit/explain/' + encodeURIComponent(id));
    return [`Request ${found.request_id}`, ...found.entries.map(entry)];
  },

  async hosts(_, query) {
    const list = await read('hosts', { most: perPage, after: query.after });
    return ['Hosts', table('Hosts', [['Host'], ['State'], ['Name'], ['Labels'], ['Last seen (UTC)', 'time']],
      list.map(h => [link('host/' + encodeURIComponent(h.id), h.id, 'mono'), hostState(h.state), h.name, labels(h.labels), time(h.seen)]), 'No machine has enrolled yet.'), pages('hosts', query, list, h => h.id)];
  },

  async host(id) {
    const host = await read('hosts/' + encodeURIComponent(id));
    const list = await read('audit', { newest: 'true', most: 20, host: id }).catch(refused => refused);
    return [`Host ${host.id}`,
      facts([['State', hostState(host.state)], ['Name', host.name], ['Labels', labels(host.labels)], ['Enrolled', time(host.created)], ['State changed', time(host.changed)], ['Last seen', time(host.seen)],
        ['Attestation key', host.ak?.name ?? host.ak], ['Endorsement key', host.ek?.fingerprint ?? host.ek], ['Baseline', host.baseline ? 'recorded' : 'none']]),
      el('h2', {}, 'What it did lately'), list instanceof Error ? problem(list) : entries('Entries of this host, the newest first', list, 'Nothing yet.'),
      el('h2', {}, 'PCR values as last verified'), el('pre', { tabindex: '0' }, JSON.stringify(host.pcrs ?? {}, null, 2))];
  },

  async resources(_, query) {
    const list = await read('resources', { most: perPage, after: query.after, prefix: query.prefix });
    const form = el('form', { class: 'filters', 'aria-label': 'Filter' }, el('label', {}, 'Paths that begin with', el('input', { name: 'prefix', value: query.prefix ?? '', autocomplete: 'off', spellcheck: 'false' })), el('button', { class: 'quiet' }, 'Show'));
    form.addEventListener('submit', e => { e.preventDefault(); location.hash = '#/resources' + suffix(Object.fromEntries(new FormData(form))); });
    const more = [...new Set(list.flatMap(r => Object.keys(r)))].filter(k => k !== 'path' && k !== 'size' && list.some(r => typeof r[k] !== 'object'));
    return ['Resources', el('p', { class: 'soft' }, 'Paths and sizes; a value is never shown.'), form, table('Resources', [['Path'], ['Bytes', 'number'], ...more.map(k => [k.replaceAll('_', ' ')])],
      list.map(r => [el('span', { class: 'mono' }, r.path), r.size === undefined ? null : String(r.size), ...more.map(k => r[k] === undefined || r[k] === null ? null : shown(r[k]))]), 'There is no resource that fits.'), pages('resources', query, list, r => r.path)];
  },

  async policies() {
    const list = await read('policies');
    return ['Policies', table('Policies', [['Name'], ['Version', 'number'], ['Effect'], ['Resources'], ['Description'], ['Put (UTC)', 'time']],
      list.map(p => [link('policy/' + encodeURIComponent(p.name), p.name), String(p.version), mark(p.effect === 'allow' ? 'good' : 'bad', p.effect), el('span', { class: 'mono' }, (p.resources ?? []).join(', ')), p.description, time(p.put)]),
      'There is no policy: nothing is released to anybody.')];
  },

  async policy(name) {
    const policy = await read('policies/' + encodeURIComponent(name));
    return [`Policy ${policy.name}`, policy.description ? el('p', {}, policy.description) : null, el('pre', { tabindex: '0', 'aria-label': 'The policy as JSON' }, JSON.stringify(policy, null, 2))];
  },

  async audit() {
    const status = await read('status');
    const result = el('div', { 'aria-live': 'polite' });
    const check = el('button', { type: 'button' }, 'Check all chains');
    check.addEventListener('click', async () => {
      check.disabled = true;
      result.replaceChildren(el('p', {}, 'Every entry is being read…'));
      try {
        const found = await read('audit/verify');
        result.replaceChildren(el('p', {}, mark('good', 'all chains hold')), facts([['Entries', String(found.entries)], ['Chains', String(found.chains)], ['Head', el('span', { class: 'mono' }, found.head)]]),
          el('p', { class: 'hint' }, 'Keep the head elsewhere: with coffer broker audit verify --expect-head it also finds an older store put back.'));
      } catch (e) {
        result.replaceChildren(el('p', {}, mark('bad', e.status === 500 ? 'a chain does not hold' : 'not checked')), problem(e));
      }
      check.disabled = false;
    });
    return ['Audit', facts(Object.entries(status).map(([name, value]) => [name.replaceAll('_', ' '), value])), check, result];
  },
};

const labels = list => Array.isArray(list) ? list.map(shown).join(', ') : list ? Object.entries(list).map(([k, v]) => `${k}=${shown(v)}`).join(', ') : '';

function entry(e) {
  const card = el('section', { class: 'card' }, el('h2', {}, `${e.action} `, outcome(e.outcome)),
    facts([['Reason', e.reason], ['Subject', subject(e)], ['By', actor(e)], ['Time', time(e.time)], ['Entry', `${e.seq} of chain ${e.writer}`]]));
  if (!e.explanation) return card;
  card.append(el('h3', {}, 'Why'));
  const policies = e.explanation.policies ?? [];
  if (!policies.length) card.append(el('p', {}, 'No policy is about this resource, so nobody gets it.'));
  card.append(el('ul', { class: 'tree' }, ...policies.map(p => el('li', {},
    el('strong', {}, link('policy/' + encodeURIComponent(p.policy.split('@')[0]), p.policy)), ` would ${p.effect} it; its condition `, holds(p.holds), p.note ? el('span', { class: 'said soft' }, p.note) : null,
    p.when ? el('ul', {}, condition(p.when)) : null))));
  if (e.explanation.omitted) card.append(el('p', { class: 'hint' }, e.explanation.omitted));
  return card;
}

function condition(node) {
  return el('li', {}, holds(node.holds), el('span', { class: 'said mono' }, node.condition), node.note ? el('span', { class: 'said soft' }, node.note) : null,
    node.expected !== undefined || node.actual !== undefined ? facts([['expected', code(node.expected)], ['was', code(node.actual)]]) : null,
    node.of?.length ? el('ul', {}, ...node.of.map(condition)) : null);
}
const code = value => value === undefined ? undefined : el('code', {}, shown(value));

function problem(e) {
  return el('p', { class: 'problem', role: 'alert' }, e.status === 403 ? `This token may not read that: ${e.message}.` : `${e.message}.`, e.hint ? ` ${e.hint}` : '');
}

function chrome(isIn) {
  for (const part of [nav, find, leave]) part.hidden = !isIn;
}

function login(why) {
  chrome(false);
  main.replaceChildren(document.getElementById('login').content.cloneNode(true));
  main.setAttribute('aria-busy', 'false');
  document.title = 'Log in – Coffer broker';
  const form = main.querySelector('form');
  const wrong = form.querySelector('.problem');
  const tell = text => { wrong.textContent = text; wrong.hidden = !text; };
  tell(why ?? '');
  form.addEventListener('submit', async e => {
    e.preventDefault();
    const answer = await fetch('login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: form.token.value.trim() }) }).catch(() => null);
    form.token.value = '';
    if (answer?.ok) show(true);
    else tell(answer ? (await answer.json().catch(() => null))?.error?.message ?? `the broker answers ${answer.status}` : 'the broker cannot be reached');
  });
  form.token.focus();
}

let turn = 0;
async function show(fresh) {
  const mine = ++turn;
  const [path, members] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, argument] = (path || 'decisions').split('/');
  if (name === 'main') return;
  main.setAttribute('aria-busy', 'true');
  let parts;
  try {
    parts = Object.hasOwn(views, name) ? await views[name](decodeURIComponent(argument ?? ''), Object.fromEntries(new URLSearchParams(members ?? ''))) : ['There is nothing here'];
  } catch (e) {
    if (e.status === 401) {
      if (mine === turn) login(fresh === true ? e.message : '');
      return;
    }
    parts = [name === 'request' ? 'Request' : 'Not shown', problem(e)];
  }
  if (mine !== turn) return; // another view was asked for meanwhile
  chrome(true);
  const [title, ...rest] = parts;
  main.replaceChildren(el('h1', {}, title), ...rest.filter(Boolean));
  main.setAttribute('aria-busy', 'false');
  document.title = `${title} – Coffer broker`;
  said.textContent = title;
  const tab = { request: 'decisions', host: 'hosts', policy: 'policies' }[name] ?? name;
  for (const a of nav.querySelectorAll('a')) {
    if (a.hash === '#/' + tab) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
}

find.addEventListener('submit', e => {
  e.preventDefault();
  location.hash = '#/request/' + encodeURIComponent(document.getElementById('find-id').value.trim());
});
leave.addEventListener('click', async () => {
  await fetch('logout', { method: 'POST' });
  location.hash = '';
  login('');
});
document.querySelector('.skip').addEventListener('click', e => {
  e.preventDefault();
  main.focus();
});
addEventListener('hashchange', () => { show(); main.focus(); });
show();
