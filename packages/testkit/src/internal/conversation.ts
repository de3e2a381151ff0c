/**
 * Which step of a script answers a request.
 */
import * as Route from "@gatefold/simulator/Route"

/** @internal What is known of a step to match requests with it. */
export interface Matcher {
  readonly method: string
  readonly path: string
  readonly operations: ReadonlyArray<string>
  readonly isAlways: boolean
  readonly fits: (request: Route.ApiRequest) => boolean
}

/** @internal A step that was found, and the request with the values of the step's path. */
export interface Taken<Step> {
  readonly step: Step
  readonly request: Route.ApiRequest
}

/** @internal */
export interface Conversation<Step> {
  /** Uses up the first step that fits. */
  readonly take: (request: Route.ApiRequest) => Taken<Step> | undefined
  /** The steps that have not been asked for and have to be. */
  readonly left: () => ReadonlyArray<Step>
}

interface Lane<Step> {
  readonly steps: ReadonlyArray<Step>
  position: number
}

/** @internal Each lane is used up from its beginning; a single step is a lane by itself. */
export const make = <Step extends Matcher>(lanes: ReadonlyArray<ReadonlyArray<Step>>): Conversation<Step> => {
  const open = lanes.map((steps): Lane<Step> => ({ steps, position: 0 }))
  return {
    take: (request) => {
      for (const lane of open) {
        const taken = takeFrom(lane, request)
        if (taken !== undefined) return taken
      }
      return undefined
    },
    left: () => open.flatMap(({ position, steps }) => steps.slice(position).filter(({ isAlways }) => !isAlways))
  }
}

/** A step that answers for ever does not keep the next one from its turn. */
const takeFrom = <Step extends Matcher>(lane: Lane<Step>, request: Route.ApiRequest): Taken<Step> | undefined => {
  for (const [index, step] of lane.steps.entries()) {
    if (index < lane.position) continue
    const asked = matched(step, request)
    if (asked !== undefined) {
      lane.position = step.isAlways ? index : index + 1
      return { step, request: asked }
    }
    if (!step.isAlways) return undefined
  }
  return undefined
}

const matched = (step: Matcher, request: Route.ApiRequest): Route.ApiRequest | undefined => {
  const found = Route.find([step], request.method, request.path)
  if (found === undefined) return undefined
  const asked = { ...request, params: found.params }
  return step.fits(asked) ? asked : undefined
}
