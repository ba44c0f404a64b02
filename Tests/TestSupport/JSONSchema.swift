public import Foundation

/// As much of JSON Schema 2020-12 as this project's schemas use; any other keyword is an error.
public struct JSONSchema {
  private let root: [String: Any]

  /// Reads a schema file.
  public init(_ file: URL) throws {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    guard let root = object as? [String: Any] else { throw CocoaError(.propertyListReadCorrupt) }
    self.root = root
  }

  /// What is wrong with `value`, one line a fault; with `isStrict`, keys that the schema does not
  /// describe are wrong too.
  public func faults(_ value: Any, isStrict: Bool = false) -> [String] {
    faults(value, root, "$", isStrict)
  }

  private static let known: Set = [
    "$schema", "$defs", "$ref", "title", "description", "type", "properties", "required", "items",
    "additionalProperties", "enum", "minItems", "maxItems", "pattern",
  ]

  private func faults(
    _ value: Any, _ schema: [String: Any], _ path: String, _ isStrict: Bool
  ) -> [String] {
    var faults = schema.keys.filter { !Self.known.contains($0) }
      .map { "\(path): the schema's keyword \($0) is not understood" }
    if let reference = schema["$ref"] as? String {
      let name = reference.replacing("#/$defs/", with: "")
      guard let definition = (root["$defs"] as? [String: [String: Any]])?[name] else {
        return faults + ["\(path): no definition \(reference)"]
      }
      return faults + self.faults(value, definition, path, isStrict)
    }
    let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
    if !types.isEmpty, !types.contains(where: { Self.isOfType(value, $0) }) {
      return faults + ["\(path): \(type(of: value)) is no \(types.joined(separator: " or "))"]
    }
    if let allowed = schema["enum"] as? [String] {
      if !allowed.contains(value as? String ?? "") {
        faults.append("\(path): \(value) not allowed")
      }
    }
    if let pattern = schema["pattern"] as? String, let text = value as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      faults.append("\(path): '\(text)' does not match \(pattern)")
    }
    if let list = value as? [Any] {
      if let least = schema["minItems"] as? Int, list.count < least {
        faults.append("\(path): fewer than \(least)")
      }
      if let most = schema["maxItems"] as? Int, list.count > most {
        faults.append("\(path): more than \(most)")
      }
      if let items = schema["items"] as? [String: Any] {
        for (index, item) in list.enumerated() {
          faults += self.faults(item, items, "\(path)[\(index)]", isStrict)
        }
      }
    }
    if let object = value as? [String: Any] {
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      for key in schema["required"] as? [String] ?? [] where object[key] == nil {
        faults.append("\(path): no \(key)")
      }
      for (key, member) in object {
        if let own = properties[key] {
          faults += self.faults(member, own, "\(path).\(key)", isStrict)
        } else if let other = schema["additionalProperties"] as? [String: Any] {
          faults += self.faults(member, other, "\(path).\(key)", isStrict)
        } else if isStrict {
          faults.append("\(path).\(key): not described")
        }
      }
    }
    return faults
  }

  private static func isOfType(_ value: Any, _ type: String) -> Bool {
    let number = value as? NSNumber
    let isBoolean = number.map { String(cString: $0.objCType) == "c" } ?? false
    return switch type {
    case "null": value is NSNull
    case "string": value is String
    case "array": value is [Any]
    case "object": value is [String: Any]
    case "boolean": isBoolean
    case "number": number != nil && !isBoolean
    case "integer": number.map { !isBoolean && $0.doubleValue == $0.doubleValue.rounded() } ?? false
    default: false
    }
  }
}
