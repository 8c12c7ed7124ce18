/** German. */

import { account } from "$/i18n/de/account";
import { billing } from "$/i18n/de/billing";
import { closing } from "$/i18n/de/closing";
import { page } from "$/i18n/de/page";
import { device } from "$/i18n/de/device";
import { entry } from "$/i18n/de/entry";
import { exporting } from "$/i18n/de/exporting";
import { factor } from "$/i18n/de/factor";
import { held } from "$/i18n/de/held";
import { keys } from "$/i18n/de/keys";
import { library } from "$/i18n/de/library";
import { mailed } from "$/i18n/de/mailed";
import { listing } from "$/i18n/de/listing";
import { passkeys } from "$/i18n/de/passkeys";
import { policy } from "$/i18n/de/policy";
import { models } from "$/i18n/de/models";
import { player } from "$/i18n/de/player";
import { providers } from "$/i18n/de/providers";
import { receipts } from "$/i18n/de/receipts";
import { refusals } from "$/i18n/de/refusals";
import { remarks } from "$/i18n/de/remarks";
import { security } from "$/i18n/de/security";
import { sharing } from "$/i18n/de/sharing";
import { times } from "$/i18n/de/times";
import { webhooks } from "$/i18n/de/webhooks";
import type { Messages } from "$/i18n/i18n.svelte";

export const de: Messages = {
  account,
  billing,
  closing,
  device,
  page,
  entry,
  exporting,
  factor,
  held,
  keys,
  library,
  listing,
  mailed,
  passkeys,
  policy,
  models,
  player,
  providers,
  receipts,
  refusals,
  remarks,
  security,
  sharing,
  times,
  webhooks,
};
