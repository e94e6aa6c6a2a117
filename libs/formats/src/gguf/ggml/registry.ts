import { block32Types } from './blocks32';
import { nonlinearTypes } from './nonlinear';
import { plainTypes } from './plain';
import { superblockTypes } from './superblocks';
import type { GgmlType } from './type';

const all: GgmlType[] = [...plainTypes, ...block32Types, ...superblockTypes, ...nonlinearTypes];
/** Every ggml type that is read, by its number in the file. */
export const ggmlTypes: ReadonlyMap<number, GgmlType> = new Map(all.map((type) => [type.id, type]));
