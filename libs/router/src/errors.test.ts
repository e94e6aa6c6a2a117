import { SextantError } from '@sextant/schema';
import { TRPCError } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeError, toTrpcError } from './errors';

function faultOf(schema: z.ZodType, input: unknown) {
  const result = schema.safeParse(input);
  if (result.success) throw new Error('the input is valid');
  return describeError(new TRPCError({ code: 'BAD_REQUEST', cause: result.error }), input);
}

describe('describeError', () => {
  const schema = z.object({ spec: z.object({ n: z.number().positive(), names: z.array(z.string()) }) });

  it('names the path of a bad field, its value, and how many more there are', () => {
    expect(faultOf(schema, { spec: { n: -3, names: ['a', 7] } })).toEqual({
      message: 'spec.n: Too small: expected number to be >0; got -3 (and 1 more)',
      data: { sextant: 'INVALID_INPUT', field: 'spec.n', value: '-3', file: null, tensor: null, hint: null },
    });
    expect(faultOf(schema, { spec: { n: 1, names: ['a', 7] } }).data).toMatchObject({ field: 'spec.names.1', value: '7' });
  });

  it('says that a field is missing, and cuts a long value', () => {
    expect(faultOf(schema, {}).message).toMatch(/^spec: .*it is missing$/);
    expect(faultOf(schema, { spec: { n: 'x'.repeat(1000), names: [] } }).data.value).toHaveLength(198);
    expect(faultOf(schema, undefined).data.field).toBe('(input)');
  });

  it('gives the house\'s errors with their place, and nothing of anything else', () => {
    const known = new SextantError('INVALID_FILE', 'x.safetensors: W_dec is NaN', { file: 'x.safetensors', tensor: 'W_dec', value: NaN, hint: 'train again' });
    expect(describeError(toTrpcError(known), undefined)).toEqual({
      message: known.message,
      data: { sextant: 'INVALID_FILE', field: null, value: 'NaN', file: 'x.safetensors', tensor: 'W_dec', hint: 'train again' },
    });
    const unknown = describeError(toTrpcError(new TypeError('secret internals')), undefined);
    expect(JSON.stringify(unknown)).not.toContain('secret');
    expect(unknown.data.sextant).toBe('INTERNAL');
  });
});

describe('toTrpcError', () => {
  it('maps every code, and ends a stream with a code that clients do not retry', () => {
    const codeOf = (code: SextantError['code'], stream: boolean) => toTrpcError(new SextantError(code, 'm'), { stream }).code;
    expect(codeOf('UNAVAILABLE', false)).toBe('SERVICE_UNAVAILABLE');
    expect(codeOf('UNAVAILABLE', true)).toBe('PRECONDITION_FAILED');
    expect(codeOf('INTERNAL', false)).toBe('INTERNAL_SERVER_ERROR');
    expect(codeOf('INTERNAL', true)).toBe('UNPROCESSABLE_CONTENT');
    expect(codeOf('CONFLICT', true)).toBe('CONFLICT');
    expect(toTrpcError(new Error('x'), { stream: true }).code).toBe('UNPROCESSABLE_CONTENT');
  });

  it('finds the house\'s error inside a tRPC error, once', () => {
    const inner = toTrpcError(new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new SextantError('NOT_FOUND', 'no model') }));
    expect(inner.code).toBe('NOT_FOUND');
    expect(toTrpcError(inner).code).toBe('NOT_FOUND');
  });
});
