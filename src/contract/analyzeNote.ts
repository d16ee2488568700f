/** Something that was taken, assumed or left out between what a venue told and what was computed. */
export interface AnalyzeNote {
  readonly code: string;
  readonly message: string;
  /** Null: of the whole book. */
  readonly symbol: string | null;
}
