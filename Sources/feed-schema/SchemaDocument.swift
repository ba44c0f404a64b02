import ControllerFeed
import Foundation

/// `diffmsm_feed.json`: the whole contract for programs that make readers of their own.
func schemaDocument() throws -> String {
  func constants(_ list: [FeedConstant]) -> [JSONConstant] {
    list.map { JSONConstant(name: $0.name, value: $0.value, summary: $0.summary) }
  }
  let document = JSONContract(
    origin: origin, byteOrder: "little-endian", magic: FeedContract.magic,
    version: FeedContract.version,
    check: "CRC-32C (Castagnoli) of all bytes before the last four",
    schemaHash: "FNV-1a, 64 bits, of \"diffmsm-feed VERSION\\n\" and one line "
      + "\"KIND\\tNAME\\tUNIT\\n\" for each parameter, coordinate and muscle, in order of slots",
    states: constants(states), flags: constants(FeedFlags.constants),
    reasons: constants(HoldReasons.constants),
    messages: FeedContract.layouts.map { layout in
      JSONMessage(
        name: layout.name, kind: layout.kind, size: layout.byteCount, summary: layout.summary,
        fields: layout.fields.map {
          JSONField(
            name: $0.name, offset: $0.offset, type: $0.number.rawValue, count: $0.count,
            unit: $0.unit, summary: $0.summary)
        })
    })
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  encoder.keyEncodingStrategy = .convertToSnakeCase
  return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
}

private struct JSONContract: Encodable {
  var origin: String
  var byteOrder: String
  var magic: UInt32
  var version: UInt16
  var check: String
  var schemaHash: String
  var states: [JSONConstant]
  var flags: [JSONConstant]
  var reasons: [JSONConstant]
  var messages: [JSONMessage]
}

private struct JSONConstant: Encodable {
  var name: String
  var value: UInt32
  var summary: String
}

private struct JSONMessage: Encodable {
  var name: String
  var kind: UInt8
  var size: Int
  var summary: String
  var fields: [JSONField]
}

private struct JSONField: Encodable {
  var name: String
  var offset: Int
  var type: String
  var count: Int
  var unit: String
  var summary: String
}
