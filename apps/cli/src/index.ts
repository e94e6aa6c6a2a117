export { findServer, startServer, type LocalServer } from './localServer';
