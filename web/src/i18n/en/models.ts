/** The models that come with the product, by name. A server's own are called what it calls them. */
export const models = {
  quartet: {
    title: "Quartet: vocals, drums, bass and other",
    summary: "A small network trained by this project on material of clear rights alone.",
  },
  baseline: {
    title: "Baseline: classical signal processing",
    summary: "Signal processing without a network: always there, fast, and the score that a network must beat.",
  },
};
