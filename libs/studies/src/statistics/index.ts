export { cohenKappa, fleissKappa, krippendorffAlpha, type Kappa } from './agreement';
export { betaCdf, betaQuantile, betaSf } from './beta';
export { binomialCdf, binomialPmf, binomialQuantile, binomialSf, binomialTest } from './binomial';
export { bootstrap, bootstrapIntervals, clusterBootstrap, type BootstrapIntervals, type BootstrapOptions } from './bootstrap';
export {
  brierDecomposition,
  brierScore,
  equalMassBins,
  equalWidthBins,
  expectedCalibrationError,
  logLoss,
  maximumCalibrationError,
  type CalibrationBin,
} from './calibration';
export { chiSquareCdf, chiSquareQuantile, chiSquareSf } from './chiSquare';
export { clusterDifference, clusterMean, clusterSums, type ClusterDifference, type ClusterMean, type ClusterOptions } from './clusterRobust';
export { kendall, pearson, spearman, type Correlation, type Kendall } from './correlation';
export { fitEmax, fitHill, type DoseFit } from './doseResponse';
export { clusterEquivalence, independentEquivalence, pairedEquivalence, twoOneSided, type Equivalence } from './equivalence';
export { fcrIntervals, type FcrResult } from './fcr';
export { fCdf, fQuantile, fSf } from './fisherF';
export { isotonic, type IsotonicFit } from './isotonic';
export { nonlinearLeastSquares, type NonlinearFit, type NonlinearProblem } from './leastSquares';
export { logisticRegression, type LogisticFit } from './logistic';
export { auroc, mannWhitney, type Auroc, type MannWhitney } from './mannWhitney';
export { mcNemar, type McNemar } from './mcnemar';
export { metaAnalysis, type MetaAnalysis } from './metaAnalysis';
export { mean, standardDeviation, sum, variance } from './moments';
export {
  benjaminiHochberg,
  benjaminiYekutieli,
  bonferroni,
  countRejected,
  hochberg,
  holm,
  holmSidak,
  hommel,
  twoStage,
  type Adjustment,
} from './multipleTesting';
export { noncentralTTails } from './noncentralT';
export { normalCdf, normalQuantile, normalSf } from './normal';
export { undefinedBecause, type Outcome, type Undefined } from './outcome';
export { detectableNoncentrality, independentPower, pairedPower, pairsNeeded, smallestDetectable, tPower, type PowerOptions } from './power';
export { fitIrreduciblePowerLaw, fitPowerLaw, type PowerLawFit } from './powerLaw';
export { agrestiCoull, betaBinomial, betaBinomialPmf, clopperPearson, jeffreys, wald, wilson, type BetaPosterior } from './proportions';
export { median, quantileOfSorted, quantiles } from './quantiles';
export type { RandomSource } from './random';
export { averageRanks, tieSizes } from './ranks';
export { bradleyTerry, eloPerLogStrength, eloSequence, type BradleyTerry } from './ratings';
export { clusterSignFlip, signFlip, type SignFlip, type SignFlipOptions } from './signFlip';
export { studentise, type Alternative, type Studentised, type TestOptions } from './studentised';
export { tCdf, tQuantile, tSf } from './studentT';
export { oneSampleT, pairedT, twoSampleT, type OneSampleT, type TwoSampleT } from './tTests';
export { agrestiCaffo, fisherExact, newcombe, waldDifference } from './twoProportions';
export { wilcoxonSignedRank, type Wilcoxon } from './wilcoxon';
