export const player = {
  stems: {
    vocals: "Vocals",
    drums: "Drums",
    bass: "Bass",
    other: "Other",
    guitar: "Guitar",
    piano: "Piano",
    instrumental: "Instrumental",
  },
};
