import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const layers = [
  ['layer:schema', []],
  ['layer:compute', ['layer:schema', 'layer:compute']],
  ['layer:domain', ['layer:schema', 'layer:compute', 'layer:domain']],
  ['layer:platform', ['layer:schema', 'layer:platform']],
  ['layer:ui', ['layer:schema', 'layer:ui']],
  ['layer:app', ['layer:schema', 'layer:compute', 'layer:domain', 'layer:platform', 'layer:ui']],
  ['layer:tool', ['layer:schema', 'layer:compute', 'layer:domain', 'layer:platform', 'layer:tool']],
  ['layer:e2e', ['layer:schema', 'layer:compute', 'layer:platform', 'layer:app']],
];

const apps = [
  ['scope:api', ['layer:schema', 'layer:platform']],
  ['scope:cli', ['layer:schema', 'layer:platform']],
  ['scope:workbench', ['layer:schema', 'layer:platform', 'layer:ui']],
];

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '**/build', '**/*.gen.ts'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-len': ['error', { code: 160, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: [...layers, ...apps].map(([sourceTag, onlyDependOnLibsWithTags]) => ({ sourceTag, onlyDependOnLibsWithTags })),
        },
      ],
    },
  },
);
