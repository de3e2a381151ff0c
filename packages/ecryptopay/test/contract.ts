/** What the contract suite needs to know about ecryptopay. */
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import type { Subject } from "@gatefold/testkit/Subject"

export const subject: Subject = {
  provider: Ecryptopay.provider,
  golden: new URL("./golden/", import.meta.url),
  baseUrl: { variable: "ECRYPTOPAY_BASE_URL", path: "/api/v1" },
  simulator: EcryptopaySimulator.make({ webhooks: "manual" }),
  order: { price: { amount: "250.00", currency: "MXN" } },
  // no type of them is documented
  webhooks: { proof: "readback", events: { payment: new URL("./webhooks/payment.json", import.meta.url) } },
  absent: {
    "invoices.cancel": "ecryptopay documents no way to cancel a payment.",
    "invoices.getByReference": "ecryptopay never tells the merchant's reference again.",
    withdrawals: "ecryptopay documents no withdrawals.",
    webhookDeliveries: "ecryptopay documents no list of its webhooks.",
    catalog: "ecryptopay documents neither a list of currencies nor of methods."
  },
  // invented by the simulator, as none is documented
  words: {
    invoice: {
      en_espera_7: "open",
      viendo_bloques: "processing",
      falta_un_poco: "processing",
      cobrado_bien: "paid",
      cobrado_de_mas: "paid",
      tarde_pero_seguro: "paid",
      tarde_y_de_mas: "paid",
      no_se_pudo_3: "failed",
      se_fue_el_tren: "expired",
      ya_no_quiso: "canceled",
      devuelto_x: "paid"
    }
  }
}
