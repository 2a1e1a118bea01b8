// Runs before the first paint, so that a chosen theme does not flash. A file, because inline script is forbidden.
const theme = localStorage.getItem('greenlight.theme');
if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
