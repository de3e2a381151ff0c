/**
 * The states of a simulated payment, and the words for them.
 *
 * The provider documents neither. The words are odd on purpose: an adapter that guesses at `paid` or `expired` understands
 * none of them, and one that is configured understands all.
 */
import type { BookEntry } from "@gatefold/core/Simulator"

export type State =
  | "open"
  | "processing"
  | "underpaid"
  | "paid"
  | "overpaid"
  | "late"
  | "lateOverpaid"
  | "failed"
  | "expired"
  | "canceled"
  | "reversed"

interface Meaning {
  /** What the API and the webhooks say. */
  readonly word: string
  /** Where the adapter is told about that word. */
  readonly setting: string
  readonly status: BookEntry["status"]
}

const meanings: Readonly<Record<State, Meaning>> = {
  open: { word: "en_espera_7", setting: "ECRYPTOPAY_OPEN_STATES", status: "open" },
  processing: { word: "viendo_bloques", setting: "ECRYPTOPAY_PROCESSING_STATES", status: "processing" },
  underpaid: { word: "falta_un_poco", setting: "ECRYPTOPAY_UNDERPAID_STATES", status: "processing" },
  paid: { word: "cobrado_bien", setting: "ECRYPTOPAY_PAID_STATES", status: "paid" },
  overpaid: { word: "cobrado_de_mas", setting: "ECRYPTOPAY_OVERPAID_STATES", status: "paid" },
  late: { word: "tarde_pero_seguro", setting: "ECRYPTOPAY_LATE_STATES", status: "paid" },
  lateOverpaid: { word: "tarde_y_de_mas", setting: "ECRYPTOPAY_LATE_OVERPAID_STATES", status: "paid" },
  failed: { word: "no_se_pudo_3", setting: "ECRYPTOPAY_FAILED_STATES", status: "failed" },
  expired: { word: "se_fue_el_tren", setting: "ECRYPTOPAY_EXPIRED_STATES", status: "expired" },
  canceled: { word: "ya_no_quiso", setting: "ECRYPTOPAY_CANCELED_STATES", status: "canceled" },
  reversed: { word: "devuelto_x", setting: "ECRYPTOPAY_REVERSED_STATES", status: "paid" }
}

export const word = (state: State): string => meanings[state].word

export const status = (state: State): BookEntry["status"] => meanings[state].status

/** The settings that explain the words to an adapter. */
export const settings: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(meanings).map((meaning) => [meaning.setting, meaning.word])
)
