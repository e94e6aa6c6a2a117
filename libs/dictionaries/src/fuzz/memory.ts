/** Each file is read once, transposed, copied to the backend and read back, and its unit decoder kept beside it. */
export const memory = { factor: 32, constant: 2 ** 20 };
