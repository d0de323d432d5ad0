// Sets the theme and the density before the first paint, so it stands in a file of its own that the page waits for: those
// chosen in the account menu (src/lib/theme.ts), else the system's theme. Follows them as they change, here or in another tab.
(() => {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const chosen = (look) => {
    try {
      return localStorage.getItem(look);
    } catch {
      // Storage is switched off: the system decides.
    }
  };
  const apply = () => {
    const theme = chosen('theme');
    const isDark = theme === 'dark' || (theme !== 'light' && dark.matches);
    const { dataset } = document.documentElement;
    dataset.theme = isDark ? 'dark' : 'light';
    dataset.density = chosen('density') === 'comfortable' ? 'comfortable' : 'compact';
  };
  dark.addEventListener('change', apply);
  window.addEventListener('storage', apply);
  window.addEventListener('lookchosen', apply);
  apply();
})();
