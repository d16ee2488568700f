/** The page of `/docs`: reads `/openapi.json` and lets one read, fill in and send each request. Plain script, no library. */

export const DOCS_STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
details.route { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } summary code { font-weight: 600; } summary .scope { float: right; opacity: .6; }
label { display: grid; grid-template-columns: 12rem 1fr; gap: .5rem; margin: .3rem 0; align-items: baseline; }
input, textarea, select, button { font: inherit; padding: .2rem .4rem; }
textarea { width: 100%; min-height: 11rem; font-family: ui-monospace, monospace; font-size: 13px; box-sizing: border-box; }
pre { background: var(--soft); padding: .6rem; overflow: auto; max-height: 28rem; font-size: 13px; border-radius: 4px; }
.note { opacity: .75; } .status { font-weight: 600; }
`;

export const DOCS_SCRIPT = `
const make = (tag, attributes = {}, ...inner) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...inner);
  return node;
};
const pretty = (value) => JSON.stringify(value, null, 2);

function exampleOf(schema, all, depth = 0) {
  if (!schema || depth > 8) return null;
  if (schema.$ref) return exampleOf(all[schema.$ref.split('/').pop()], all, depth + 1);
  if ('const' in schema) return schema.const;
  if (schema.examples) return schema.examples[0];
  if ('default' in schema) return schema.default;
  if (schema.enum) return schema.enum[0];
  for (const key of ['oneOf', 'anyOf']) if (schema[key]) return exampleOf(schema[key][0], all, depth + 1);
  if (schema.type === 'object') {
    const needed = schema.required ?? [];
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(([name]) => needed.includes(name))
        .map(([name, inner]) => [name, exampleOf(inner, all, depth + 1)]),
    );
  }
  if (schema.type === 'array') return [exampleOf(schema.items, all, depth + 1)];
  if (schema.type === 'boolean') return false;
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 0;
  return schema.type === 'null' ? null : '';
}

function exampleBody(path, schema, kind, all) {
  if (!path.startsWith('/v1/commands') && path !== '/v1/what-if') return exampleOf(schema, all);
  const command = exampleOf(all['command.' + kind], all);
  if (path === '/v1/commands') return { id: 'docs-1', command };
  return path === '/v1/what-if' ? { commands: [command] } : { commands: [{ id: 'docs-1', command }] };
}

function routeOf(path, method, operation, all) {
  const inputs = [];
  const form = make('form');
  for (const parameter of operation.parameters ?? []) {
    const input = make('input', { name: parameter.name });
    if (parameter.required) input.required = true;
    inputs.push([parameter, input]);
    const note = make('span', { class: 'note' }, parameter.description ?? '');
    form.append(make('label', {}, make('code', {}, parameter.name + (parameter.required ? ' *' : '')), make('span', {}, input, ' ', note)));
  }
  let body = null;
  if (operation.requestBody) {
    const schema = operation.requestBody.content['application/json'].schema;
    body = make('textarea', { 'aria-label': 'body', spellcheck: 'false' });
    const kinds = Object.keys(all['Command'].discriminator.mapping);
    const takesCommand = path.startsWith('/v1/commands') || path === '/v1/what-if';
    const fill = (kind) => { body.value = pretty(exampleBody(path, schema, kind, all)); };
    if (takesCommand) {
      const select = make('select', { 'aria-label': 'kind' }, ...kinds.map((kind) => make('option', {}, kind)));
      select.addEventListener('change', () => fill(select.value));
      form.append(make('label', {}, make('code', {}, 'kind'), select));
    }
    fill(kinds[0]);
    form.append(body);
  }
  const status = make('span', { class: 'status', role: 'status' });
  const shown = make('pre', { hidden: '' });
  form.append(make('p', {}, make('button', {}, 'Send'), ' ', status));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    let address = path;
    const query = new URLSearchParams();
    const headers = {};
    for (const [parameter, input] of inputs) {
      if (input.value === '') continue;
      if (parameter.in === 'path') address = address.replace('{' + parameter.name + '}', encodeURIComponent(input.value));
      else if (parameter.in === 'query') query.set(parameter.name, input.value);
      else headers[parameter.name] = input.value;
    }
    if (body) headers['content-type'] = 'application/json';
    const search = query.size > 0 ? '?' + query : '';
    status.textContent = '…';
    try {
      const answer = await fetch(address + search, { method: method.toUpperCase(), headers, body: body ? body.value : undefined });
      const text = await answer.text();
      status.textContent = String(answer.status);
      try { shown.textContent = pretty(JSON.parse(text)); } catch { shown.textContent = text.slice(0, 2000); }
    } catch (error) {
      status.textContent = String(error);
    }
    shown.hidden = false;
  });
  const answers = Object.entries(operation.responses).map(([code, response]) =>
    make('details', {}, make('summary', {}, code + ' ', make('span', { class: 'note' }, response.description)), make('pre', {}, pretty(Object.values(response.content ?? {})[0]?.schema ?? {}))),
  );
  return make(
    'details', { class: 'route', id: operation.operationId },
    make('summary', {}, make('code', {}, method.toUpperCase() + ' ' + path), ' ' + operation.summary, make('span', { class: 'scope' }, operation['x-scope'])),
    form, shown, ...answers,
  );
}

const answer = await fetch('/openapi.json');
const api = await answer.json();
const all = api.components.schemas;
document.querySelector('h1').textContent = api.info.title + ' ' + api.info.version;
document.querySelector('#about').textContent = api.info.description;
for (const tag of api.tags) {
  const section = make('section', {}, make('h2', {}, tag.name), make('p', { class: 'note' }, tag.description));
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods))
      if (operation.tags.includes(tag.name)) section.append(routeOf(path, method, operation, all));
  document.querySelector('main').append(section);
}
const schemas = make('section', {}, make('h2', {}, 'Schemas'));
for (const [name, schema] of Object.entries(all))
  schemas.append(make('details', { class: 'route', id: 'schema-' + name }, make('summary', {}, make('code', {}, name)), make('pre', {}, pretty(schema))));
document.querySelector('main').append(schemas);
document.body.dataset.ready = 'yes';
`;

export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bulkhead API</title>
<style>${DOCS_STYLE}</style>
</head>
<body>
<h1>Bulkhead</h1>
<p id="about"></p>
<p><a href="/openapi.json">openapi.json</a></p>
<main></main>
<script type="module">${DOCS_SCRIPT}</script>
</body>
</html>
`;
