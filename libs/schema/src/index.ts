export { canonicalJson, hashJson } from './canonical';
export { SextantError, type ErrorDetail, type SextantErrorCode } from './error';
export * from './refs';
export * from './intervention';
export * from './specs';
export * from './records';
export * from './interactive';
export * from './lab';
