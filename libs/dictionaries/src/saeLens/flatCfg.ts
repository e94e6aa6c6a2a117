import { isRecord, refuse, type Cfg } from './fields';

/** Settings about the model and the data, which version 6 moved into `metadata`. */
const metadataKeys = [
  'model_name', 'hook_name', 'hook_name_out', 'hook_head_index', 'context_size', 'prepend_bos', 'seqpos_slice', 'model_from_pretrained_kwargs',
  'dataset_path', 'sae_lens_training_version', 'neuronpedia_id',
];
const activationFunctions: Record<string, string> = { relu: 'standard', topk: 'topk' };

/**
 * Before version 6 cfg.json was flat: `hook_point` for `hook_name`, `activation_fn_str` and `activation_fn_kwargs`
 * instead of the architecture's own settings, `normalize_activations` sometimes a boolean. Returns it as version 6
 * would write it.
 */
export function modernCfg(cfg: Cfg, file: string): { cfg: Cfg; notes: string[] } {
  if (isRecord(cfg.metadata) || !('activation_fn_str' in cfg || 'hook_point' in cfg || 'hook_name' in cfg)) return { cfg, notes: [] };
  const kwargs = isRecord(cfg.activation_fn_kwargs) ? cfg.activation_fn_kwargs : {};
  const metadata: Record<string, unknown> = { hook_name: cfg.hook_point, hook_head_index: cfg.hook_point_head_index };
  for (const key of metadataKeys) if (cfg[key] !== undefined) metadata[key] = cfg[key];
  return {
    cfg: {
      ...cfg,
      architecture: architectureOfFlat(cfg, file),
      k: cfg.k ?? kwargs.k,
      apply_b_dec_to_input: cfg.apply_b_dec_to_input ?? true,
      normalize_activations: normalisationOfFlat(cfg),
      reshape_activations: cfg.reshape_activations ?? (cfg.hook_point_head_index == null && String(metadata.hook_name).endsWith('hook_z') ? 'hook_z' : 'none'),
      metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined)),
    },
    notes: ['cfg.json has the flat layout from before SAELens 6'],
  };
}

function architectureOfFlat(cfg: Cfg, file: string): unknown {
  const activation = cfg.activation_fn_str ?? cfg.activation_fn ?? 'relu';
  const known = typeof activation === 'string' ? activationFunctions[activation] : undefined;
  // Older files call every ReLU-shaped dictionary `standard` and leave the choice of TopK to the activation function.
  if (cfg.architecture !== undefined && cfg.architecture !== 'standard') return cfg.architecture;
  if (known) return known;
  throw refuse(file, 'activation_fn_str', activation, `is ${JSON.stringify(activation)}; expected relu or topk`);
}

function normalisationOfFlat({ normalize_activations: value }: Cfg): unknown {
  if (value === true) return 'expected_average_only_in';
  return value === false || value === undefined || value === null ? 'none' : value;
}
