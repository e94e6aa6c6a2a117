export { appRouter, type AppRouter, type RouterInputs, type RouterOutputs } from './appRouter';
export type { RouterContext } from './context';
export { describeError, toTrpcError, type ErrorData } from './errors';
export { createCallerFactory } from './init';
export { listProcedures, openApiDocument, restPath, type RestProcedure } from './openapi';
