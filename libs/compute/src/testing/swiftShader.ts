import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** RTLD_NOW | RTLD_NODELETE: stay loaded although it is no Node addon. */
const keepLoaded = 0x2 | 0x1000;

const folders = [process.env.SEXTANT_SWIFTSHADER, '/usr/lib/chromium', '/opt/google/chrome', '/opt/chromium.org/chromium'];

/**
 * Gives Vulkan the software GPU inside an installed Chromium (SEXTANT_SWIFTSHADER names another folder), unless
 * VK_ICD_FILENAMES says otherwise: enough to test what `webgpu` computes, hundreds of times slower than a GPU. Must be
 * called before Dawn is loaded; without such a browser nothing changes.
 */
export function useSwiftShader(): void {
  const folder = folders.find((candidate) => candidate && existsSync(path.join(candidate, 'libvk_swiftshader.so')));
  if (process.platform !== 'linux' || process.env.VK_ICD_FILENAMES || !folder) return;
  const manifest = path.join(mkdtempSync(path.join(tmpdir(), 'sextant-vulkan-')), 'swiftshader.json');
  const library = path.join(folder, 'libvk_swiftshader.so');
  writeFileSync(manifest, JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: library, api_version: '1.1.0' } }));
  process.env.VK_ICD_FILENAMES = manifest;
  // Dawn asks for libvulkan.so.1 by name; the browser brings its own, which then is loaded already.
  const loader = path.join(folder, 'libvulkan.so.1');
  if (!existsSync(loader)) return;
  try {
    process.dlopen({ exports: {} }, loader, keepLoaded);
  } catch {
    return;
  }
}
