/** German. */

import { account } from "$/i18n/de/account";
import { billing } from "$/i18n/de/billing";
import { page } from "$/i18n/de/page";
import { entry } from "$/i18n/de/entry";
import { library } from "$/i18n/de/library";
import { player } from "$/i18n/de/player";
import { refusals } from "$/i18n/de/refusals";
import { remarks } from "$/i18n/de/remarks";
import { sharing } from "$/i18n/de/sharing";
import { times } from "$/i18n/de/times";
import type { Messages } from "$/i18n/i18n.svelte";

export const de: Messages = { account, billing, page, entry, library, player, refusals, remarks, sharing, times };
