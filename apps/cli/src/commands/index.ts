import type { AddCommand } from '../command';
import { addArtifacts } from './artifacts';
import { addClaims } from './claims';
import { addCorpora } from './corpora';
import { addDictionaries } from './dictionaries';
import { addDoctor } from './doctor';
import { addEval } from './evals';
import { addExperiments } from './experiments';
import { addExport } from './export';
import { addFeatures } from './features';
import { addHarvest } from './harvest';
import { addJobs } from './jobs';
import { addModels } from './models';
import { addServe } from './serve';
import { addStart } from './start';
import { addStatus } from './status';
import { addSteer } from './steer';
import { addStudy } from './study';
import { addTrain } from './train';
import { addVectors } from './vectors';
import { addVerify } from './verify';

/** Every command, in the order the help shows them. */
export const commands: readonly AddCommand[] = [
  addStart,
  addServe,
  addStatus,
  addModels,
  addCorpora,
  addHarvest,
  addTrain,
  addDictionaries,
  addFeatures,
  addSteer,
  addVectors,
  addEval,
  addStudy,
  addClaims,
  addExperiments,
  addJobs,
  addArtifacts,
  addExport,
  addVerify,
  addDoctor,
];
