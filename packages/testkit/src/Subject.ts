/**
 * What an author supplies so that the contract can be checked: the adapter's descriptor, a provider to talk to, and what
 * may be ordered there.
 */
import type * as Capability from "@gatefold/core/Capability"
import type * as Gateway from "@gatefold/core/Gateway"
import type { ProviderId } from "@gatefold/core/Identifiers"
import type * as Invoice from "@gatefold/core/Invoice"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import type * as Settings from "@gatefold/core/Settings"
import type { Simulator } from "@gatefold/core/Simulator"
import type { Mode } from "@gatefold/core/WebhookEvent"
import type * as Withdrawal from "@gatefold/core/Withdrawal"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"

/** What the suite uses of a descriptor; every `Provider.make` has it. */
export interface Descriptor extends Gateway.Configurable<HttpClient.HttpClient> {
  readonly id: ProviderId
  readonly name: string
  readonly capabilities: Capability.Declaration
  readonly currencies: ReadonlyArray<string> | "asked"
  /** Reads its settings, which tells the suite what is secret. */
  readonly read: Effect.Effect<Settings.Reading<object>>
}

/** How the adapter's webhooks are proven. */
export interface Webhooks {
  readonly proof: Mode
  /** The variable with the webhook secrets, separated by commas; absent where webhooks are not signed. */
  readonly secrets?: string | undefined
  /** In `signature` mode, how far the signing time may lie from now; without it only a day is taken for too far. */
  readonly tolerance?: Duration.Input | undefined
}

/** How the provider's webhooks are proven, and which ones it documents. */
export interface DocumentedWebhooks extends Webhooks {
  /**
   * A sample of each documented type of webhook, by that type: the data file that holds it (see `WebhookSample`), as a
   * `file:` URL. One that is documented without a type, or in several forms, stands under a name of its own.
   */
  readonly events?: Readonly<Record<string, URL>> | undefined
  /**
   * The sample of a webhook about another account at the provider, such as another store, where a body says whose it is:
   * signed with this account's secret it must not be believed.
   */
  readonly foreign?: URL | undefined
}

/** The adapter with other settings: another way to prove webhooks, or an operation that has to be switched on. */
export interface Variant {
  readonly settings: Readonly<Record<string, string>>
  /** Instead of the subject's. `events: {}` says that its samples do not hold here. */
  readonly webhooks?: DocumentedWebhooks | undefined
  /**
   * What stands in the capability matrix beside operations that only this variant has, such as `with ECCA_CANCEL_BODY`.
   */
  readonly note?: string | undefined
}

/** An adapter under test. */
export interface Subject {
  readonly provider: Descriptor
  /**
   * Starts a provider of its own for each case, which sends no webhooks by itself. Without one only what needs data
   * files and a scripted provider is checked, which is not enough to be correct.
   */
  readonly simulator?: Effect.Effect<Simulator, never, Scope.Scope> | undefined
  /** Settings beside those of the simulator, or all of them where there is none. */
  readonly settings?: Readonly<Record<string, string>> | undefined
  /** An order that can be paid there; each case gives it a reference of its own. */
  readonly order: Omit<NewInvoice, "reference">
  readonly webhooks?: DocumentedWebhooks | undefined
  /** The same adapter with other settings, by name. */
  readonly variants?: Readonly<Record<string, Variant>> | undefined
  /** Why a service or an operation is absent, for the report: each absent one needs a reason. */
  readonly absent: Readonly<Record<string, string>>
  /** Every documented word of the provider for a state, with what it means. */
  readonly words: {
    readonly invoice: Readonly<Record<string, Invoice.Status>>
    readonly withdrawal?: Readonly<Record<string, Withdrawal.Status>> | undefined
    /**
     * Other fields of an invoice without which its state means nothing, each with every word that is documented for it:
     * `{ additionalStatus: ["None", "PaidOver"] }`. The simulator's `relabel` takes the field's name as `axis`.
     */
    readonly axes?: Readonly<Record<string, ReadonlyArray<string>>> | undefined
  }
  /** The folder with golden exchanges (see `Golden`), as a `file:` URL with a slash at its end. */
  readonly golden?: URL | undefined
  /**
   * The variable that says where the provider is, and what stands in it behind the provider's host, such as `/api/v1`.
   * Golden exchanges need it; with a simulator it is found in the simulator's settings.
   */
  readonly baseUrl?: { readonly variable: string; readonly path: string } | undefined
  /** How many items a page of each list has, where that cannot be chosen by `Filter.pageSize`. */
  readonly pageSize?: number | undefined
  /** Cases that are not run, by id, each with a reason for the report. Critical cases cannot be waived. */
  readonly waived?: Readonly<Record<string, string>> | undefined
}
