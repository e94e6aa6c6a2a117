import { describeFamilyParity } from '../familyParity';

await describeFamilyParity('llama', ['llama-gqa-untied', 'llama-gqa-tied', 'llama-rope-llama3', 'llama-gqa-untied-bf16', 'llama-gqa-untied-f16']);
