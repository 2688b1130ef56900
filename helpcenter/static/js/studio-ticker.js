// A worker that ticks: a page in the background may draw only once a second by its own timers, but hears messages at once.

let timer = 0;
onmessage = ({ data: milliseconds }) => {
  clearInterval(timer);
  if (milliseconds) timer = setInterval(() => postMessage(null), milliseconds);
};
