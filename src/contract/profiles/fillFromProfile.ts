/**
 * A document with the fields its profile gives: what the document says stays, and the answer is told what was
 * filled. A profile that has no conventions for an instrument's payoff contradicts the document.
 */
import { nearest } from '../../base/nearest.js';
import { err, ok, type Result } from '../../base/result.js';
import { type CalcError, calcError, pointer } from '../calcError.js';
import type { CalcDocument, CalcInstrument, CalcProfileAnswer } from '../calcSchema.js';
import { PROFILE_NAMES } from './names.js';
import type { Conventions, OptionConventions, VenueProfile } from './profile.js';
import { isProfileName, VENUE_PROFILES } from './venueProfiles.js';

export interface FilledDocument {
  readonly document: CalcDocument;
  /** Null: no profile was named. */
  readonly profile: CalcProfileAnswer | null;
}

/** `wanted`: the profile asked for beside the document, as on the command line; undefined for none. */
export function fillFromProfile(
  document: CalcDocument,
  wanted: string | undefined,
): Result<FilledDocument, CalcError> {
  const name = document.profile ?? wanted;
  if (name === undefined) return ok({ document, profile: null });
  if (wanted !== undefined && wanted !== name) return err(twoProfiles(name, wanted));
  if (!isProfileName(name)) return err(unknownProfile(name));
  return fill(document, VENUE_PROFILES[name]);
}

export function unknownProfile(name: string): CalcError {
  const meant = nearest(name, PROFILE_NAMES);
  return calcError(
    'unknown_profile',
    '/profile',
    `there is no such profile${meant === null ? '' : `; did you mean ${meant}?`}`,
    { got: name, known: PROFILE_NAMES.join(', ') },
  );
}

function fill(document: CalcDocument, profile: VenueProfile): Result<FilledDocument, CalcError> {
  const filled: CalcProfileAnswer['filled'][number][] = [];
  const instruments: CalcInstrument[] = [];
  for (const [index, instrument] of document.instruments.entries()) {
    const given = givenBy(profile, document, instrument, index);
    if (isFault(given)) return err(given);
    for (const [field, value] of Object.entries(given)) {
      filled.push({ path: pointer('instruments', index, field), value });
    }
    instruments.push({ ...instrument, ...given });
  }
  const { name, ruleDate } = profile;
  return ok({ document: { ...document, instruments }, profile: { name, ruleDate, filled } });
}

type Given = Partial<Conventions & OptionConventions>;

function givenBy(
  profile: VenueProfile,
  document: CalcDocument,
  instrument: CalcInstrument,
  index: number,
): Given | CalcError {
  if (instrument.kind === 'option') return optionRatesBy(profile, instrument, index);
  const conventions = profile[instrument.payoff];
  return conventions === undefined
    ? otherPayoff(profile, instrument, index)
    : wanting(document, instrument, conventions);
}

function isFault(given: Given | CalcError): given is CalcError {
  return 'code' in given;
}

/** A profile without rates for options says nothing of them: the document has to. */
function optionRatesBy(
  { name, option }: VenueProfile,
  instrument: CalcInstrument,
  index: number,
): Given | CalcError {
  const rates = ['optionInitialRate', 'optionInitialFloorRate', 'optionMaintenanceRate'] as const;
  const missing = rates.find((rate) => instrument[rate] === undefined);
  if (missing === undefined) return {};
  if (option === undefined)
    return calcError(
      'profile_contradiction',
      pointer('instruments', index, missing),
      `profile ${name} states no margin of options: give the option's rates, or no profile`,
      { profile: name, instrument: instrument.id },
    );
  return Object.fromEntries(
    rates.filter((rate) => instrument[rate] === undefined).map((rate) => [rate, option[rate]]),
  );
}

/** The fields the profile has and the document has not. A setting of the whole document counts as said. */
function wanting(
  document: CalcDocument,
  instrument: CalcInstrument,
  conventions: Conventions,
): Partial<Conventions> {
  const { closeFee = conventions.closeFee, tierMethod = conventions.tierMethod } = instrument;
  const isUseless = (field: string) =>
    (field === 'takerFeeRate' && closeFee === 'none') || (field === 'tierBasis' && tierMethod === 'marginal');
  const entries = Object.entries(conventions).filter(([field]) => {
    const key = field as keyof Conventions;
    const isSaid =
      instrument[key] !== undefined || (key in document && document[key as keyof CalcDocument] !== undefined);
    return !isSaid && !isUseless(field);
  });
  return Object.fromEntries(entries) as Partial<Conventions>;
}

function otherPayoff(profile: VenueProfile, { payoff }: CalcInstrument, index: number): CalcError {
  const other = payoff === 'linear' ? 'inverse' : 'linear';
  return calcError(
    'profile_contradiction',
    pointer('instruments', index, 'payoff'),
    `profile ${profile.name} is for ${other} instruments only`,
    { profile: profile.name, got: payoff, expected: other },
  );
}

function twoProfiles(name: string, wanted: string): CalcError {
  return calcError('profile_contradiction', '/profile', `the document names another profile than ${wanted}`, {
    got: name,
    expected: wanted,
  });
}
