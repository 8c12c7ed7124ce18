/** English: every message that the page has. Other languages have the same ones, or do not compile. */

import { account } from "$/i18n/en/account";
import { billing } from "$/i18n/en/billing";
import { page } from "$/i18n/en/page";
import { entry } from "$/i18n/en/entry";
import { library } from "$/i18n/en/library";
import { player } from "$/i18n/en/player";
import { refusals } from "$/i18n/en/refusals";
import { remarks } from "$/i18n/en/remarks";
import { sharing } from "$/i18n/en/sharing";
import { times } from "$/i18n/en/times";

export const en = { account, billing, page, entry, library, player, refusals, remarks, sharing, times };
