/** Most agents answer at once: whoever asks what a template waits for does not want to wait for it. */
export const ANSWERS_WITHIN_MS = 5000;
