// Everything of the language that a browser can load: all but the hashing, which needs Node's crypto.
export { SextantError, isSextantErrorCode, type ErrorDetail, type SextantErrorCode } from './error';
export * from './refs';
export * from './intervention';
export * from './specs';
export * from './records';
export * from './interactive';
export * from './lab';
