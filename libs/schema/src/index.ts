export { canonicalJson, hashJson } from './canonical';
export * from './browser';
