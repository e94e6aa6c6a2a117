import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PickledTensor, PickleTuple, readPickle } from './pickle';

const bytes = (text: string) => Buffer.from(text, 'latin1');
/** python3 -c "import pickle; print(pickle.dumps({'a': [1, -2, 2.5, True, None], 'b': (7,), 'c': {'d': 'é'}, 'n': 1 << 60}, 2))" */
const plain = bytes("\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01]q\x02(K\x01J\xfe\xff\xff\xffG@\x04\x00\x00\x00\x00\x00\x00\x88NeX\x01\x00\x00\x00bq\x03K\x07\x85q\x04X\x01\x00\x00\x00cq\x05}q\x06X\x01\x00\x00\x00dq\x07X\x02\x00\x00\x00\xc3\xa9q\x08sX\x01\x00\x00\x00nq\t\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x10u.");
const tensor = bytes('\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x06tQK\x01K\x02\x85K\x03\x85\x89}tR.');

describe('readPickle', () => {
  it('reads containers, numbers and text', () => {
    expect(readPickle(plain)).toEqual(
      new Map<string, unknown>([
        ['a', [1, -2, 2.5, true, null]],
        ['b', new PickleTuple([7])],
        ['c', new Map([['d', 'é']])],
        ['n', 2n ** 60n],
      ]),
    );
  });

  it('reads a tensor as a view of its storage', () => {
    const read = readPickle(tensor);
    expect(read).toBeInstanceOf(PickledTensor);
    expect(read).toMatchObject({ offset: 1, shape: [2], strides: [3], storage: { type: 'FloatStorage', key: '0', count: 6 } });
  });

  it.each([
    ['a class', 'cconfig\nTrainerConfig\n)R.', 'the name config.TrainerConfig is not allowed'],
    ['an instance', 'ccollections\nOrderedDict\n)\x81.', 'opcode 0x81 is not allowed'],
    ['an attribute of a list', ']}X\x01\0\0\0aK\x01sb.', 'BUILD sets attributes'],
    ['a call of a number', 'K\x01)R.', 'calls something that is not a name'],
    ['a missing value', 'R.', 'takes a value that is not there'],
    ['a missing mark', 'K\x01t.', 'no mark'],
    ['a long that is not there', '\x8b\xff\xff\xff\x7f', 'an integer of 2147483647 bytes is not allowed'],
    ['a negative shape', '', 'expected whole numbers from 0'],
    ['no end', '\x80\x02K\x01', 'needs 1 bytes'],
  ])('refuses %s', (name, text, message) => {
    const input = name === 'a negative shape' ? bytes(tensor.toString('latin1').replace('K\x02\x85K\x03', 'J\xff\xff\xff\xff\x85K\x03')) : bytes(text);
    expect(() => readPickle(input)).toThrow(message);
  });

  it('damaged at random, it reads as data or ends in an error, and never takes long', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(plain, tensor),
        fc.array(fc.tuple(fc.nat({ max: 200 }), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
        (original, changes) => {
          const damaged = Buffer.from(original);
          for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
          try {
            readPickle(damaged);
          } catch (error) {
            expect(error instanceof SyntaxError || error instanceof TypeError).toBe(true);
          }
        },
      ),
      { numRuns: Number(process.env['SEXTANT_MUTATIONS'] ?? 500), seed: 5411 },
    );
  });
});
