// The page that is shown while the line is down: on to what was asked for, by hand or when it is up.
// A form that could not be sent led to this page's own address: its page is one step back.
const goOn = () => {
  if (window.location.pathname === "/offline") window.history.back();
  else window.location.reload();
};
document.querySelectorAll("[data-back]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", goOn);
});
window.addEventListener("online", goOn);
