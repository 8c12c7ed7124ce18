/**
 * What one tab tells the others of this browser: that a track is no longer as they know it, and never what it is now. Each
 * looks for itself, and none tells on what it has heard.
 */

import { isForbidden } from "$/state/locks";

export interface Tabs<News extends string> {
  tell(news: News, track_id: string): void;
  close(): void;
}

export type JoinTabs<News extends string> = (hear: (news: News, track_id: string) => void) => Tabs<News>;

/** `all` is what can be told there: a tab of another build may say more. Where tabs cannot speak, nothing is heard. */
export function joiningTabs<News extends string>(name: string, all: readonly News[]): JoinTabs<News> {
  return (hear) => {
    // A channel gives nothing back to whoever tells: a tab has one of each name, and so never hears itself.
    let channel = opened(name);
    if (channel) {
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        const { news, track_id } = (data ?? {}) as Partial<Record<string, unknown>>;
        if (all.includes(news as News) && typeof track_id === "string") {
          hear(news as News, track_id);
        }
      };
    }
    return {
      tell: (news, track_id) => channel?.postMessage({ news, track_id }),
      close: () => {
        channel?.close();
        channel = null;
      },
    };
  };
}

function opened(name: string): BroadcastChannel | null {
  try {
    return "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : null;
  } catch (error) {
    if (!isForbidden(error)) {
      throw error;
    }
    // Firefox, where a person forbids pages to keep anything.
    return null;
  }
}
