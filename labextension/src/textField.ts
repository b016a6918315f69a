import { button, element } from './dom';

/** A labelled text field with a Send button; Ctrl+Enter sends, Escape gives up. */
export function textField(label: string, sendLabel: string, send: (text: string) => void, giveUp: () => void): HTMLElement {
  const form = element('div', 'jp-clinagent-field');
  const caption = element('label', 'jp-clinagent-label', label);
  const area = element('textarea', 'jp-clinagent-text');
  const sendText = () => area.value.trim() && send(area.value.trim());
  area.rows = 3;
  area.setAttribute('aria-label', label);
  area.addEventListener('keydown', event => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      giveUp();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      sendText();
    }
  });
  form.append(caption, area, button(sendLabel, 'jp-mod-accept jp-clinagent-send', sendText));
  return form;
}
