// Sets the theme before the first paint, so it stands in a file of its own that the page waits for: the one chosen in the
// account menu (src/theme.ts), else the system's. Follows both as they change, here or in another tab.
(() => {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    let chosen;
    try {
      chosen = localStorage.getItem('theme');
    } catch {
      // Storage is switched off: the system decides.
    }
    const isDark = chosen === 'dark' || (chosen !== 'light' && dark.matches);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  };
  dark.addEventListener('change', apply);
  window.addEventListener('storage', apply);
  window.addEventListener('themechosen', apply);
  apply();
})();
