/** The rooms of the workbench in the order of the work; `tab` ones fit a phone's bottom bar. */
export const places = [
  { to: '/', name: 'Home', tab: true },
  { to: '/experiments', name: 'Experiments', tab: false },
  { to: '/models', name: 'Models', tab: false },
  { to: '/dictionaries', name: 'Dictionaries', tab: false },
  { to: '/features', name: 'Features', tab: true },
  { to: '/steer', name: 'Steer', tab: true },
  { to: '/evals', name: 'Evals', tab: false },
  { to: '/studies', name: 'Studies', tab: false },
  { to: '/claims', name: 'Claims', tab: true },
] as const;
