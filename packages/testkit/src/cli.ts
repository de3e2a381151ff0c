#!/usr/bin/env node
/**
 * `gatefold-testkit new` makes an adapter's package, and `gatefold-testkit check` holds an adapter to the contract.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { checking } from "./internal/checking.ts"
import { forPeople } from "./internal/forPeople.ts"
import * as NewAdapter from "./NewAdapter.ts"

const create = Command.make("new", {
  id: Argument.String("id").pipe(
    Argument.withDescription("The provider's id: lower-case letters, digits and -, such as acme")
  ),
  name: Flag.String("name").pipe(Flag.withDescription("The provider's name for people"), Flag.optional),
  folder: Flag.String("folder").pipe(
    Flag.withDescription("Where the package's folder is made"),
    Flag.withDefault(".")
  )
}, ({ folder, id, name }) =>
  NewAdapter.make({ id, name: Option.getOrUndefined(name), folder }).pipe(
    Effect.tap(({ files, folder }) =>
      Console.log(
        [
          `Made ${folder}:`,
          ...files.map((file) => `  ${file}`),
          "",
          "Install, then run its tests: they say what to do."
        ]
          .join("\n")
      )
    ),
    forPeople
  )).pipe(Command.withDescription("Make the package of a new adapter"))

const check = Command.make("check", {
  subject: Argument.String("subject").pipe(
    Argument.withDescription("The module that exports the subject"),
    Argument.withDefault("test/contract.ts")
  ),
  live: Flag.Boolean("live").pipe(
    Flag.withDescription("Ask the provider's sandbox, with the settings of the environment (needs GATEFOLD_LIVE=1)"),
    Flag.withDefault(false)
  ),
  reports: Flag.String("reports").pipe(
    Flag.withDescription("The folder for the report as JSON, as Markdown and as a badge"),
    Flag.withDefault(".contract")
  )
}, (options) => forPeople(checking(options))).pipe(Command.withDescription("Hold an adapter to the contract"))

Command.make("gatefold-testkit").pipe(
  Command.withDescription("Write an adapter for Gatefold, and find out whether it is correct"),
  Command.withSubcommands([create, check]),
  Command.run({ version: "0.1.0" }),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
