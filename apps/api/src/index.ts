export { serve, type SextantServer, type ServeOptions } from './server';
