import type { AnyProcedure } from '@trpc/server';
import * as shapes from '@sextant/schema';
import { z } from 'zod';
import { appRouter } from './appRouter';
import type { ProcedureMeta } from './init';

type Json = Record<string, unknown>;

/** A procedure as the REST route and the OpenAPI document see it. */
export interface RestProcedure {
  /** `noun.verb` */
  name: string;
  type: 'query' | 'mutation' | 'subscription';
  meta: ProcedureMeta | undefined;
  input: z.ZodType | null;
  output: z.ZodType | null;
}

/** Every procedure of the API, sorted by name. */
export function listProcedures(): RestProcedure[] {
  const found: RestProcedure[] = [];
  for (const [noun, verbs] of Object.entries<Record<string, AnyProcedure>>(appRouter._def.record)) {
    for (const [verb, { _def: definition }] of Object.entries(verbs)) {
      found.push({
        name: `${noun}.${verb}`,
        type: definition.type,
        meta: isMeta(definition.meta) ? definition.meta : undefined,
        input: definition.inputs.find((parser) => parser instanceof z.ZodType) ?? null,
        output: 'output' in definition && definition.output instanceof z.ZodType ? definition.output : null,
      });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isMeta(meta: unknown): meta is ProcedureMeta {
  return typeof meta === 'object' && meta !== null && 'summary' in meta;
}

/** `models.get` → `/api/models/get` */
export function restPath(name: string): string {
  return `/api/${name.replace('.', '/')}`;
}

/** The house's own shapes, written once in `components` under their names: what is read as `Claim`, what is sent as `ClaimInput`. */
const named = { input: z.registry<{ id: string }>(), output: z.registry<{ id: string }>() };
for (const [key, value] of Object.entries(shapes)) {
  if (!key.endsWith('Schema') || !(value instanceof z.ZodObject || value instanceof z.ZodDiscriminatedUnion)) continue;
  const id = key.charAt(0).toUpperCase() + key.slice(1, -'Schema'.length);
  named.output.add(value, { id });
  named.input.add(value, { id: `${id}Input` });
}

/** Collects schemas under the names they are referred to by. */
class Components {
  constructor(readonly schemas: Record<string, Json>) {}

  ref(name: string, schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _dialect, $defs = {}, ...body } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any', metadata: named[io] });
    for (const [id, definition] of Object.entries($defs)) this.schemas[id] = relocate(definition);
    this.schemas[name] = relocate(body);
    return { $ref: `#/components/schemas/${name}` };
  }
}

/** The same schema with its references pointing into `components`. */
function relocate(schema: object): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

/** The OpenAPI 3.1 document of the API, made from the same routers that answer it. */
export function openApiDocument(version: string): Json {
  const schemas: Record<string, Json> = {
    Error: {
      type: 'object',
      required: ['error'],
      properties: {
        error: {
          type: 'object',
          required: ['code', 'message'],
          properties: {
            code: { type: 'string' },
            message: { type: 'string', description: 'Says alone what is wrong and what to do' },
            field: { type: ['string', 'null'] },
            value: { type: ['string', 'null'] },
            hint: { type: ['string', 'null'] },
            requestId: { type: ['string', 'null'] },
          },
        },
      },
    },
  };
  const components = new Components(schemas);
  const procedures = listProcedures();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sextant',
      version,
      description:
        'Every procedure is POST /api/<noun>/<verb> with its input as the JSON body, and answers its output as JSON. Streams answer text/event-stream. Starting work answers a job id; follow it with jobs/onEvent or ask jobs/get.',
    },
    servers: [{ url: 'http://127.0.0.1:4520' }],
    tags: [...new Set(procedures.map(({ name }) => nounOf(name)))].map((name) => ({ name })),
    paths: {
      ...Object.fromEntries(procedures.map((procedure) => [restPath(procedure.name), { post: operation(procedure, components) }])),
      '/artifacts/{digest}/{path}': { get: artifactOperation },
    },
    components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

function operation({ name, type, meta, input, output }: RestProcedure, components: Components): Json {
  const base = name.split('.').map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
  const answer = type === 'subscription' ? (meta?.event ?? null) : output;
  const schema = answer === null ? {} : components.ref(type === 'subscription' ? `${base}Event` : `${base}Output`, answer, 'output');
  return {
    operationId: name,
    summary: meta?.summary ?? name,
    tags: [nounOf(name)],
    ...(input === null
      ? {}
      : {
          requestBody: {
            // A body may be left out where every field of it may.
            required: !input.safeParse(undefined).success,
            content: { 'application/json': { schema: components.ref(`${base}Input`, input, 'input') } },
          },
        }),
    responses: {
      200:
        type === 'subscription'
          ? { description: 'One event a message; `data` is JSON', content: { 'text/event-stream': { schema } } }
          : { description: 'Done', content: { 'application/json': { schema } } },
      default: { description: 'Refused or failed', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
    },
  };
}

const artifactOperation: Json = {
  operationId: 'artifacts.file',
  summary: 'A file of an artifact; Range and ETag are supported',
  tags: ['artifacts'],
  parameters: [
    { name: 'digest', in: 'path', required: true, schema: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
    { name: 'path', in: 'path', required: true, schema: { type: 'string' } },
  ],
  responses: {
    200: { description: 'The bytes', content: { 'application/octet-stream': {} } },
    206: { description: 'A range of them', content: { 'application/octet-stream': {} } },
    default: { description: 'No such artifact or file', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
  },
};

function nounOf(name: string): string {
  return name.split('.')[0] ?? name;
}
