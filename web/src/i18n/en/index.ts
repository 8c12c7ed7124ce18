/** English: every message that the page has. Other languages have the same ones, or do not compile. */

import { account } from "$/i18n/en/account";
import { billing } from "$/i18n/en/billing";
import { closing } from "$/i18n/en/closing";
import { page } from "$/i18n/en/page";
import { device } from "$/i18n/en/device";
import { entry } from "$/i18n/en/entry";
import { exporting } from "$/i18n/en/exporting";
import { factor } from "$/i18n/en/factor";
import { held } from "$/i18n/en/held";
import { keys } from "$/i18n/en/keys";
import { library } from "$/i18n/en/library";
import { mailed } from "$/i18n/en/mailed";
import { listing } from "$/i18n/en/listing";
import { passkeys } from "$/i18n/en/passkeys";
import { policy } from "$/i18n/en/policy";
import { models } from "$/i18n/en/models";
import { player } from "$/i18n/en/player";
import { providers } from "$/i18n/en/providers";
import { receipts } from "$/i18n/en/receipts";
import { refusals } from "$/i18n/en/refusals";
import { remarks } from "$/i18n/en/remarks";
import { security } from "$/i18n/en/security";
import { sharing } from "$/i18n/en/sharing";
import { times } from "$/i18n/en/times";
import { webhooks } from "$/i18n/en/webhooks";

export const en = {
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
