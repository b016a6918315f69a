import { post } from './api';
import { button, element } from './dom';
import { IDecisionCard, worded } from './model';
import { textField } from './textField';

const STYLE: Record<string, string> = { Approve: 'jp-mod-accept', Reject: 'jp-mod-warn' };

/** The buttons of an open card, and the text field behind Change or behind an answer in the clinician's own words. */
export function choices(card: IDecisionCard): HTMLElement {
  const area = element('div', 'jp-clinagent-choices');
  const row = element('div', 'jp-clinagent-row');
  const failure = element('div', 'jp-clinagent-failure');
  failure.setAttribute('role', 'alert');

  const decide = async (choice: string, text = ''): Promise<void> => {
    setDisabled(area, true);
    failure.textContent = '';
    try {
      await post('decide', { id: card.id, choice, text });
    } catch (error) {
      failure.textContent = `${worded(card, 'Not sent:')} ${(error as Error).message}`;
      setDisabled(area, false);
    }
  };
  for (const choice of card.choices.filter(choice => choice !== 'Change')) {
    row.append(button(label(card, choice), STYLE[choice] ?? '', () => void decide(choice)));
  }
  area.append(row, failure);
  addField(area, row, card, decide);
  return area;
}

function addField(
  area: HTMLElement,
  row: HTMLElement,
  card: IDecisionCard,
  decide: (choice: string, text: string) => Promise<void>
): void {
  const question = card.kind === 'question';
  if (!question && !card.choices.includes('Change')) {
    return;
  }
  const label = worded(card, question ? 'Your answer' : 'What should be different?');
  const field = textField(label, worded(card, 'Send'), text => void decide(question ? text : 'Change', text), close);
  const opener = button(worded(card, question ? 'Another answer…' : 'Change…'), 'jp-clinagent-open-field', open);

  function open(): void {
    area.append(field);
    opener.disabled = true;
    field.querySelector('textarea')?.focus();
  }
  function close(): void {
    field.remove();
    opener.disabled = false;
    opener.focus();
  }
  if (card.choices.length > 0) {
    row.append(opener);
  } else {
    area.append(field);
  }
}

/** What stands on a choice's button: which of several is taken by whoever leaves it to us is said. */
function label(card: IDecisionCard, choice: string): string {
  const proposed = card.choices.length > 1 && choice === card.default;
  return proposed ? `${shown(card, choice)} (${worded(card, 'proposed')})` : shown(card, choice);
}

/** A choice as the clinician reads it; it is sent as it is. */
export function shown(card: IDecisionCard, choice: string): string {
  return card.labels?.[choice] ?? choice;
}

function setDisabled(area: HTMLElement, disabled: boolean): void {
  area.querySelectorAll<HTMLButtonElement>('button').forEach(node => (node.disabled = disabled));
}
