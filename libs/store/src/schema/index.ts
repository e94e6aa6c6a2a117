export * from './artifacts';
export * from './studies';
export * from './jobs';
