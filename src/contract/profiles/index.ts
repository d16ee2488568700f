/** The conventions of venues as data. */
export * from './names.js';
export type { Conventions, VenueProfile } from './profile.js';
export { isProfileName, VENUE_PROFILES } from './venueProfiles.js';
