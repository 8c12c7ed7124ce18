/** What sign-in and sign-up ask for, as the auth service does (services/auth/domain). */

export type Mode = "signIn" | "signUp";
export type Fault = "needEmail" | "needPassword" | "needLongerPassword" | "needAge";

const PASSWORD_CHARACTERS_MIN = 8;
export const PASSWORD_CHARACTERS_MAX = 256;
export const EMAIL_CHARACTERS_MAX = 254;

interface Entered {
  email: string;
  password: string;
  isOfAge: boolean;
}

/** The first thing that keeps the form from being sent. */
export function faultOf(mode: Mode, { email, password, isOfAge }: Entered): Fault | null {
  // One sign, something on either side of it, no space: the server looks closer.
  if (!/^[^\s@]+@[^\s@]+$/.test(email.trim())) {
    return "needEmail";
  }
  if (!password) {
    return "needPassword";
  }
  if (mode === "signIn") {
    return null;
  }
  // Characters as the server counts them: a letter outside the first plane is one.
  if ([...password].length < PASSWORD_CHARACTERS_MIN) {
    return "needLongerPassword";
  }
  return isOfAge ? null : "needAge";
}
