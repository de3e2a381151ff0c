import * as AdapterContract from "@gatefold/testkit/AdapterContract"
import { subject } from "./contract.ts"

AdapterContract.suite(subject)
