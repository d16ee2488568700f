/** The tail models, all in one form, and the default first. */
import type { TailModel } from '../tailModel.js';
import { ageWeightedModel } from './ageWeighted.js';
import { ewmaNormalModel } from './ewmaNormal.js';
import { ewmaStudentModel } from './ewmaStudent.js';
import { filteredModel } from './filteredHistorical.js';
import { garchStudentModel } from './garchStudent.js';
import { historicalModel } from './historical.js';
import { peaksOverThresholdModel } from './peaksOverThreshold.js';

/** Each model with its default parameters. */
export const TAIL_MODELS = {
  filtered: () => filteredModel(),
  historical: () => historicalModel(),
  ageWeighted: () => ageWeightedModel(),
  ewmaNormal: () => ewmaNormalModel(),
  ewmaStudent: () => ewmaStudentModel(),
  garchStudent: () => garchStudentModel(),
  peaksOverThreshold: () => peaksOverThresholdModel(),
} as const satisfies Readonly<Record<string, () => TailModel>>;

export type TailModelName = keyof typeof TAIL_MODELS;
export const TAIL_MODEL_NAMES = Object.keys(TAIL_MODELS) as TailModelName[];

export * from './ageWeighted.js';
export * from './ewma.js';
export * from './ewmaNormal.js';
export * from './ewmaStudent.js';
export * from './filteredHistorical.js';
export * from './garch.js';
export * from './garchStudent.js';
export * from './historical.js';
export * from './nelderMead.js';
export * from './pareto.js';
export * from './peaksOverThreshold.js';
export * from './studentLikelihood.js';
