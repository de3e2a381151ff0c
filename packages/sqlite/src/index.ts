export * as SqliteClient from "./SqliteClient.ts"
export * as SqliteError from "./SqliteError.ts"
