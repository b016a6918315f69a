/** What the server writes into a chat message under CARD_MIME; see `extension/cards.py`. */

export const CARD_MIME = 'application/vnd.clinagent.card+json';

/** What this part says by itself, in the language of the card; what is missing is English. */
type Words = Record<string, string>;

/** A word of this part in the language of a card. */
export function worded(card: Card, text: string): string {
  return card.words?.[text] ?? text;
}

export interface IDecisionCard {
  id: string;
  kind: 'specification' | 'plan' | 'cell' | 'question';
  title: string;
  /** Markdown. */
  body: string;
  choices: string[];
  /** Of a question: the choice that is proposed. */
  default?: string;
  /** Id of the cell whose first figure the card shows; the figure itself stays in the notebook. */
  pictured?: string;
  /** How a choice is shown where it is not shown as it is. */
  labels?: Record<string, string>;
  words?: Words;
  state: 'open' | 'decided' | 'withdrawn';
  decision?: { choice: string; text: string };
}

export interface IProgressCard {
  /** The job. */
  id: string;
  kind: 'progress';
  title: string;
  words?: Words;
  /** What was done, in the agent's words; the last one is going on while the state is running. */
  steps: string[];
  /** What the last step is at. */
  text: string;
  /** Between 0 and 1, or null where it is not known. */
  fraction: number | null;
  state: 'running' | 'asking' | 'stopping' | 'stopped' | 'interrupted' | 'finished' | 'failed';
}

export type Card = IDecisionCard | IProgressCard;
